package io.nereid.transfer.send;

import java.io.IOException;

/** The connection is broken: worth trying again, unlike every other failure. */
public final class LinkException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Of a connection, with what broke it. */
  public LinkException(String message, Throwable cause) {
    super(message, cause);
  }
}
