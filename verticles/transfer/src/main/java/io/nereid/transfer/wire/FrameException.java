package io.nereid.transfer.wire;

import java.io.IOException;

/** Bytes on a data connection that break the protocol. */
public final class FrameException extends IOException {
  private static final long serialVersionUID = 1L;

  public FrameException(String message) {
    super(message);
  }
}
