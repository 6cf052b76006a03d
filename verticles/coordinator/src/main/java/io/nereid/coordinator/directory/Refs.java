package io.nereid.coordinator.directory;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.List;
import java.util.stream.Collectors;

/** Finds what a person means: a name, an id, or a unique beginning of an id. */
public final class Refs {
  private static final int SHOWN_MAX = 80;
  private static final int CANDIDATES_MAX = 5;

  private Refs() {}

  /** Throws NOT_FOUND, or BAD_REQUEST when it could be several. */
  public static Ownership find(String ref, List<Ownership> all) {
    if (ref == null || ref.isEmpty() || ref.length() > SHOWN_MAX) {
      throw bad("'" + shown(ref) + "' is no name or id of a container: 1 to 80 characters", "");
    }
    for (Ownership o : all) {
      if (o.name().value().equals(ref) || o.id().value().equals(ref)) {
        return o;
      }
    }
    List<Ownership> matches = all.stream().filter(o -> o.id().value().startsWith(ref)).toList();
    if (matches.size() == 1) {
      return matches.getFirst();
    }
    if (matches.isEmpty()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "there is no container with the name or id '" + shown(ref) + "'",
              "look at 'nereid ps -a'"));
    }
    throw bad(
        "'" + shown(ref) + "' is the beginning of " + matches.size() + " ids: " + some(matches),
        "give more of the id, or the name");
  }

  private static String some(List<Ownership> matches) {
    return matches.stream()
            .limit(CANDIDATES_MAX)
            .map(o -> o.name() + " (" + o.id().value().substring(0, 12) + ")")
            .collect(Collectors.joining(", "))
        + (matches.size() > CANDIDATES_MAX ? ", …" : "");
  }

  private static FailureException bad(String message, String remedy) {
    return new FailureException(Failure.refused(FailureCode.BAD_REQUEST, message, remedy));
  }

  private static String shown(String ref) {
    if (ref == null) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    ref.codePoints()
        .limit(SHOWN_MAX)
        .forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
    return out.toString();
  }
}
