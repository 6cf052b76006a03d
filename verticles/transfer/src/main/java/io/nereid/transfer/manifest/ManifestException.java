package io.nereid.transfer.manifest;

import java.io.IOException;

/** A manifest that breaks the format or a rule; the message names the value and the rule. */
public final class ManifestException extends IOException {
  private static final long serialVersionUID = 1L;

  public ManifestException(String message) {
    super(message);
  }
}
