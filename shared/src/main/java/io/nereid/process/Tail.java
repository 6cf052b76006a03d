package io.nereid.process;

import java.nio.charset.StandardCharsets;

/** The last bytes of a stream, never more than a limit. Thread-safe. */
final class Tail {
  private static final int FIRST_CAPACITY = 256;
  private final int bytesMax;
  private byte[] ring;
  private long written;

  Tail(int bytesMax) {
    this.bytesMax = bytesMax;
    this.ring = new byte[Math.min(FIRST_CAPACITY, bytesMax)];
  }

  synchronized void add(byte[] bytes, int length) {
    int from = Math.max(0, length - bytesMax);
    grow(length - from);
    for (int i = from; i < length; ) {
      int at = (int) (written % ring.length);
      int n = Math.min(length - i, ring.length - at);
      System.arraycopy(bytes, i, ring, at, n);
      written += n;
      i += n;
    }
  }

  // Growing happens only before the first wrap, so positions keep their meaning.
  private void grow(int more) {
    if (written > ring.length || ring.length == bytesMax || written + more <= ring.length) {
      return;
    }
    long wanted = Math.max(written + more, 2L * ring.length);
    byte[] larger = new byte[(int) Math.min(bytesMax, wanted)];
    System.arraycopy(ring, 0, larger, 0, (int) written);
    ring = larger;
  }

  /** The kept bytes as text, the oldest first. */
  synchronized String text() {
    int kept = (int) Math.min(written, ring.length);
    byte[] out = new byte[kept];
    int start = (int) ((written - kept) % ring.length);
    int first = Math.min(kept, ring.length - start);
    System.arraycopy(ring, start, out, 0, first);
    System.arraycopy(ring, 0, out, first, kept - first);
    return new String(out, StandardCharsets.UTF_8);
  }
}
