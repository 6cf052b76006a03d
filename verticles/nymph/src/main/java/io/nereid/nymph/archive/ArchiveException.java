package io.nereid.nymph.archive;

import java.io.IOException;

/** An archive that is damaged, or not such as it should be; the message says what is wrong. */
public final class ArchiveException extends IOException {
  private static final long serialVersionUID = 1L;
  private final boolean digest;

  ArchiveException(String message) {
    this(message, false);
  }

  ArchiveException(String message, boolean digest) {
    super(message);
    this.digest = digest;
  }

  /** Whether content is not what its digest says. */
  public boolean isDigest() {
    return digest;
  }

  /** Text of unknown origin for a message. */
  static String shown(String name) {
    String cut = name.length() > 80 ? name.substring(0, 80) + "…" : name;
    return "'" + cut.replaceAll("[^\\x20-\\x7e…]", "?") + "'";
  }
}
