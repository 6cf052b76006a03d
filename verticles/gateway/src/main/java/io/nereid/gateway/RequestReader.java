package io.nereid.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.codec.WireCodec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Takes a request apart; refuses what it does not know, naming it. */
final class RequestReader {
  static final int BODY_BYTES_MAX = 64 * 1024;

  private static final Pattern REF = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
  private static final int SHOWN_CHARS_MAX = 80;

  private RequestReader() {}

  /** The container that the path names. */
  static String ref(RoutingContext context) {
    String ref = context.pathParam("ref");
    if (ref == null || !REF.matcher(ref).matches()) {
      throw bad(
          "no container can be called " + shown(ref),
          "use its name, its id or the beginning of its id");
    }
    return ref;
  }

  /** The body as a record. */
  static <T> T body(RoutingContext context, Class<T> type) {
    Buffer buffer = context.body().buffer();
    byte[] bytes = buffer == null ? new byte[0] : buffer.getBytes();
    if (bytes.length == 0) {
      bytes = new byte[] {'{', '}'};
    } else {
      requireJson(context.request());
    }
    try {
      T value = WireCodec.mapper().readerFor(type).readValue(bytes);
      if (value == null) {
        throw bad("the body must be a JSON object", "");
      }
      return value;
    } catch (UnrecognizedPropertyException e) {
      Set<String> known = new TreeSet<>();
      e.getKnownPropertyIds().forEach(id -> known.add(String.valueOf(id)));
      throw bad(
          "unknown field " + shown(e.getPropertyName()) + " in the body",
          known.isEmpty() ? "leave it out" : "known are " + String.join(", ", known));
    } catch (JsonMappingException e) {
      throw bad("the body does not fit: " + firstLine(e.getOriginalMessage()) + at(e), "");
    } catch (JsonProcessingException e) {
      throw bad("the body is not valid JSON: " + firstLine(e.getOriginalMessage()), "");
    } catch (IOException e) {
      throw bad("the body cannot be read: " + e.getMessage(), "");
    }
  }

  // A page in a browser can send anything but this type without asking first.
  private static void requireJson(HttpServerRequest request) {
    String type = request.getHeader("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw bad(
          "the body is of type " + shown(type), "send JSON with Content-Type: application/json");
    }
  }

  /** Refuses query parameters other than these. */
  static void onlyQuery(RoutingContext context, String... known) {
    Set<String> allowed = Set.of(known);
    for (String name : context.queryParams().names()) {
      if (!allowed.contains(name)) {
        throw bad(
            "unknown parameter " + shown(name),
            allowed.isEmpty()
                ? "this path has none"
                : "known are " + String.join(", ", new TreeSet<>(allowed)));
      }
    }
  }

  /** A parameter that is on when it is there: {@code ?all} or {@code ?all=true}. */
  static boolean flag(RoutingContext context, String name) {
    String value = context.queryParams().get(name);
    if (value == null) {
      return false;
    }
    return switch (value) {
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw bad(name + " is " + shown(value) + " but must be true or false", "");
    };
  }

  /** A whole number within bounds. */
  static long number(RoutingContext context, String name, long defaultValue, long min, long max) {
    String value = context.queryParams().get(name);
    if (value == null) {
      return defaultValue;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of range.
    }
    throw bad(
        name + " is " + shown(value) + " but must be a whole number from " + min + " to " + max,
        "");
  }

  static FailureException bad(String message, String remedy) {
    return new FailureException(Failure.refused(FailureCode.BAD_REQUEST, message, remedy));
  }

  /** Text of unknown origin for a message: shortened, without control characters. */
  static String shown(String text) {
    if (text == null) {
      return "(missing)";
    }
    StringBuilder out = new StringBuilder("'");
    text.codePoints()
        .limit(SHOWN_CHARS_MAX)
        .forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
    return out.append(text.length() > SHOWN_CHARS_MAX ? "…'" : "'").toString();
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static String at(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference r : e.getPath()) {
      path.append(path.isEmpty() ? " (at " : ".")
          .append(r.getFieldName() == null ? "[" + r.getIndex() + "]" : r.getFieldName());
    }
    return path.isEmpty() ? "" : path + ")";
  }
}
