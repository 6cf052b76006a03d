package io.nereid.nymph.exec;

import java.io.ByteArrayOutputStream;

/** Bytes of one stream between its reader and whoever asks. Guarded by the session's lock. */
final class OutputBuffer {
  private final int bytesMax;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean ended;

  OutputBuffer(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  boolean isFull() {
    return bytes.size() >= bytesMax;
  }

  boolean isEmpty() {
    return bytes.size() == 0;
  }

  void add(byte[] some, int length) {
    bytes.write(some, 0, length);
  }

  byte[] take() {
    byte[] all = bytes.toByteArray();
    bytes.reset();
    return all;
  }

  void end() {
    ended = true;
  }

  boolean hasEnded() {
    return ended;
  }
}
