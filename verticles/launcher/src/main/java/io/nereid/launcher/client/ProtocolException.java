package io.nereid.launcher.client;

import java.io.IOException;

/** The other side said something that no gateway says. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message);
  }
}
