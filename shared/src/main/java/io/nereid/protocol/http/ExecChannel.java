package io.nereid.protocol.http;

import java.util.Optional;

/**
 * What one binary WebSocket message of an exec carries: its first byte is the {@link #code}, the
 * rest the payload.
 */
public enum ExecChannel {
  /** Towards the command: bytes for its standard input. */
  STDIN(0),
  /** From the command; with a terminal all output is here. */
  STDOUT(1),
  /** From the command. */
  STDERR(2),
  /** From the gateway, the last one: the exit code, four bytes, most significant first. */
  EXIT(3),
  /** From the gateway, the last one: a failure as JSON. */
  FAILURE(4),
  /** Towards the command: no more input. */
  STDIN_END(5),
  /** Towards the command: columns and rows, two bytes each, most significant first. */
  RESIZE(6);

  /** The most bytes of payload in one message; common clients take 64 KiB with the first byte. */
  public static final int PAYLOAD_BYTES_MAX = 32 * 1024;

  private final int code;

  ExecChannel(int code) {
    this.code = code;
  }

  /** The first byte of a message. */
  public int code() {
    return code;
  }

  /** The channel of a first byte, if there is one. */
  public static Optional<ExecChannel> of(int code) {
    for (ExecChannel channel : values()) {
      if (channel.code == code) {
        return Optional.of(channel);
      }
    }
    return Optional.empty();
  }
}
