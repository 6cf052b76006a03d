package io.nereid.protocol.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Records to JSON and back, for the bus, the distributed maps and files. The output is canonical:
 * properties in alphabetical order, so equal records have equal bytes and can be compared and
 * swapped. Thread-safe.
 */
public final class WireCodec {
  /** Nothing larger is read or written: the bus is for small records. */
  public static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

  private static final int NESTING_MAX = 64;
  private static final ObjectMapper MAPPER = newMapper();

  private WireCodec() {}

  private static ObjectMapper newMapper() {
    ObjectMapper mapper =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(new DomainModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(com.fasterxml.jackson.databind.MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(com.fasterxml.jackson.databind.MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(NESTING_MAX)
                .maxDocumentLength(MESSAGE_BYTES_MAX)
                .build());
    return mapper;
  }

  /** The mapper itself, for edges that add formats of their own; never reconfigure it. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Compact canonical JSON. */
  public static byte[] encode(Object message) {
    try {
      byte[] bytes = MAPPER.writeValueAsBytes(message);
      if (bytes.length > MESSAGE_BYTES_MAX) {
        throw new FailureException(
            Failure.refused(
                FailureCode.PROTOCOL,
                message.getClass().getSimpleName()
                    + " has "
                    + bytes.length
                    + " bytes, more than the "
                    + MESSAGE_BYTES_MAX
                    + " that a message may have",
                "ask for less at once"));
      }
      return bytes;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "cannot be written: " + message.getClass().getName() + ": " + e.getOriginalMessage(), e);
    }
  }

  /** The same as text. */
  public static String encodeText(Object message) {
    return new String(encode(message), StandardCharsets.UTF_8);
  }

  /** For people to read. */
  public static String encodePretty(Object message) {
    try {
      ObjectWriter pretty = MAPPER.writerWithDefaultPrettyPrinter();
      return pretty.writeValueAsString(message);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  /** Throws a {@link FailureException} of code BAD_REQUEST or PROTOCOL that names what is wrong. */
  public static <T> T decode(byte[] bytes, Class<T> type) {
    if (bytes.length > MESSAGE_BYTES_MAX) {
      throw unreadable(type, bytes.length + " bytes are too many", null);
    }
    try {
      ObjectReader reader = MAPPER.readerFor(type);
      return Objects.requireNonNull(reader.readValue(bytes), "null document");
    } catch (JsonMappingException e) {
      throw unreadable(type, at(e) + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw unreadable(type, e.getOriginalMessage(), e);
    } catch (IOException | NullPointerException e) {
      throw unreadable(type, String.valueOf(e.getMessage()), e);
    }
  }

  /** The same from text. */
  public static <T> T decode(String text, Class<T> type) {
    return decode(text.getBytes(StandardCharsets.UTF_8), type);
  }

  private static String at(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference r : e.getPath()) {
      path.append(path.isEmpty() ? "" : ".")
          .append(r.getFieldName() == null ? "[" + r.getIndex() + "]" : r.getFieldName());
    }
    return path.isEmpty() ? "" : path + ": ";
  }

  private static FailureException unreadable(Class<?> type, String why, Throwable cause) {
    String firstLine = why.lines().findFirst().orElse("");
    return new FailureException(
        Failure.refused(
            FailureCode.BAD_REQUEST,
            "not a valid " + type.getSimpleName() + ": " + firstLine,
            "both ends must be of the same version"),
        cause);
  }
}
