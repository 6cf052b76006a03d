package io.nereid.nymph.ipc;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a container may say: one datagram of ASCII, words separated by blanks; newlines, NULs and
 * blanks at the end do not count. docs/ipc.md defines it.
 */
sealed interface Message {
  /** More is no message. */
  int BYTES_MAX = 256;

  Pattern BLANKS = Pattern.compile("[ \\t]+");
  Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,80}");

  /** A snapshot of the container that says it. */
  record Checkpoint(Optional<String> label) implements Message {
    @Override
    public String toString() {
      return "CHECKPOINT" + label.map(name -> " " + name).orElse("");
    }
  }

  /**
   * A move of the container that says it.
   *
   * @param where a host, or the container itself: then the coordinator chooses
   */
  record Migrate(Optional<String> where) implements Message {
    @Override
    public String toString() {
      return "MIGRATE" + where.map(name -> " " + name).orElse("");
    }
  }

  /** Nothing that is known. */
  record Unknown(String why) implements Message {}

  /**
   * Reads one.
   *
   * @param datagram its beginning, a byte more than {@link #BYTES_MAX} at most
   */
  static Message parse(byte[] datagram) {
    if (datagram.length > BYTES_MAX) {
      return new Unknown("it has more than " + BYTES_MAX + " bytes");
    }
    int end = datagram.length;
    while (end > 0 && (datagram[end - 1] <= ' ' && datagram[end - 1] >= 0)) {
      end--;
    }
    String[] words = BLANKS.split(new String(datagram, 0, end, StandardCharsets.ISO_8859_1));
    if (words.length > 2 || (words.length == 2 && !WORD.matcher(words[1]).matches())) {
      return new Unknown("it is not one word and at most one name after it");
    }
    Optional<String> name = words.length == 2 ? Optional.of(words[1]) : Optional.empty();
    return switch (words[0]) {
      case "CHECKPOINT" -> new Checkpoint(name);
      case "MIGRATE" -> new Migrate(name);
      default -> new Unknown("it begins with neither CHECKPOINT nor MIGRATE");
    };
  }
}
