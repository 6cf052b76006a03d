package io.nereid.nymph.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.nereid.nymph.criu.image.PagemapFile;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Random;

/**
 * Tells whether a page is still what it was, far faster than a digest could: 128 bits, of which two
 * different pages agree with a probability of at most 2^-64 whatever they hold, because the key is
 * random and never leaves this host. It names no content and is never sent: what travels is
 * verified by SHA-256. Thread-safe.
 *
 * <p>Source: the hash NH of UMAC (Black, Halevi, Krawczyk, Krovetz, Rogaway, 1999; RFC 4418,
 * section 5.2.2), with words of 64 bits.
 */
final class PageHash {
  static final int PAGE_BYTES = PagemapFile.PAGE_BYTES;
  static final int WORDS = PAGE_BYTES / 8;
  private final long[] key = new long[WORDS];

  PageHash() {
    this(new SecureRandom());
  }

  PageHash(Random random) {
    for (int i = 0; i < WORDS; i++) {
      key[i] = random.nextLong();
    }
  }

  /** With the key of another one. */
  PageHash(long[] key) {
    System.arraycopy(key, 0, this.key, 0, WORDS);
  }

  /** For a file that only this host's administrator can read. */
  long[] key() {
    return key.clone();
  }

  /** Puts the hash of the page at an offset into two elements of an array. */
  void of(MemorySegment content, long offset, long[] hash, int at) {
    long low = 0;
    long high = 0;
    for (int i = 0; i < WORDS; i += 2) {
      long a = content.get(JAVA_LONG_UNALIGNED, offset + 8L * i) + key[i];
      long b = content.get(JAVA_LONG_UNALIGNED, offset + 8L * i + 8) + key[i + 1];
      long product = a * b;
      low += product;
      high += Math.unsignedMultiplyHigh(a, b);
      if (Long.compareUnsigned(low, product) < 0) {
        high++;
      }
    }
    hash[at] = low;
    hash[at + 1] = high;
  }
}
