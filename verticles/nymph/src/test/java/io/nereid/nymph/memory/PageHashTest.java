package io.nereid.nymph.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PageHashTest {
  private static final int PAGE = PageHash.PAGE_BYTES;

  private static long[] of(PageHash hash, byte[] page) {
    long[] two = new long[2];
    hash.of(MemorySegment.ofArray(page), 0, two, 0);
    return two;
  }

  @Property(tries = 500)
  void oneFlippedBitIsNoticed(
      @ForAll long seed, @ForAll @IntRange(max = PAGE * 8 - 1) int bit, @ForAll boolean zeros) {
    PageHash hash = new PageHash(new Random(seed));
    byte[] page = new byte[PAGE];
    if (!zeros) {
      new Random(seed + 1).nextBytes(page);
    }
    long[] before = of(hash, page);
    page[bit / 8] ^= (byte) (1 << (bit % 8));
    assertThat(of(hash, page)).isNotEqualTo(before);
  }

  @Property(tries = 200)
  void exchangedWordsAreNoticed(
      @ForAll long seed, @ForAll @IntRange(max = 511) int a, @ForAll @IntRange(max = 511) int b) {
    PageHash hash = new PageHash();
    byte[] page = new byte[PAGE];
    new Random(seed).nextBytes(page);
    byte[] other = page.clone();
    System.arraycopy(page, 8 * a, other, 8 * b, 8);
    System.arraycopy(page, 8 * b, other, 8 * a, 8);
    if (a != b) {
      assertThat(of(hash, other)).isNotEqualTo(of(hash, page));
    }
  }

  @Test
  void theSamePageHasTheSameHashAndAnotherKeyGivesAnother() {
    byte[] page = new byte[PAGE];
    new Random(1).nextBytes(page);
    PageHash hash = new PageHash();
    assertThat(of(hash, page)).isEqualTo(of(hash, page.clone()));
    assertThat(of(new PageHash(), page)).isNotEqualTo(of(hash, page));
  }
}
