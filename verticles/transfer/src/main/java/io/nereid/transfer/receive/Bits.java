package io.nereid.transfer.receive;

import java.util.concurrent.atomic.AtomicLongArray;

/** A set of chunk numbers that several threads change: one bit a chunk. */
final class Bits {
  private final AtomicLongArray words;
  private final int size;

  Bits(int size) {
    this.size = size;
    this.words = new AtomicLongArray((size + 63) / 64);
  }

  boolean get(int bit) {
    return (words.get(bit >> 6) & (1L << bit)) != 0;
  }

  /** True when it was not set before. */
  boolean set(int bit) {
    long mask = 1L << bit;
    return (words.getAndAccumulate(bit >> 6, mask, (a, b) -> a | b) & mask) == 0;
  }

  /** True when it was set before. */
  boolean clear(int bit) {
    long mask = 1L << bit;
    return (words.getAndAccumulate(bit >> 6, ~mask, (a, b) -> a & b) & mask) != 0;
  }

  /** The first bit from here on that is not set, or -1. */
  int nextClear(int from) {
    for (int word = from >> 6; word < words.length(); word++) {
      long open = ~words.get(word);
      if (word == from >> 6) {
        open &= -1L << from;
      }
      if (open != 0) {
        int bit = (word << 6) + Long.numberOfTrailingZeros(open);
        return bit < size ? bit : -1;
      }
    }
    return -1;
  }
}
