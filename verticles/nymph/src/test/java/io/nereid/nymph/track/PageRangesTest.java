package io.nereid.nymph.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PageRangesTest {
  private static final int ALL = 300;

  private static PageRanges of(BitSet pages) {
    var builder = new PageRanges.Builder(ALL);
    for (int i = pages.nextSetBit(0); i >= 0; i = pages.nextSetBit(i + 1)) {
      assertThat(builder.add(i * 4096L, (i + 1) * 4096L)).isTrue();
    }
    return builder.build();
  }

  private static BitSet set(List<Integer> pages) {
    BitSet set = new BitSet();
    for (int page : pages) {
      set.set(page);
    }
    return set;
  }

  @Property
  void aDifferenceIsThatOfSets(
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = ALL) Integer> left,
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = ALL) Integer> right) {
    BitSet wanted = set(left);
    wanted.andNot(set(right));
    PageRanges rest = of(set(left)).without(of(set(right)));
    assertThat(rest.bytes()).isEqualTo(wanted.cardinality() * 4096L);
    PageRanges.Cursor cursor = rest.cursor();
    for (int i = 0; i <= ALL; i++) {
      assertThat(cursor.has(i * 4096L)).isEqualTo(wanted.get(i));
      long until = cursor.until(i * 4096L, ALL * 4096L + 4096);
      int next = wanted.get(i) ? wanted.nextClearBit(i) : wanted.nextSetBit(i);
      assertThat(until).isEqualTo((next < 0 ? ALL + 1 : Math.min(next, ALL + 1)) * 4096L);
    }
  }

  @Test
  void pagesThatFollowEachOtherAreOneRange() {
    assertThat(of(set(List.of(1, 2, 3, 7))).count()).isEqualTo(2);
  }

  @Test
  void moreRangesThanAllowedAreRefused() {
    var builder = new PageRanges.Builder(2);
    assertThat(builder.add(0, 4096)).isTrue();
    assertThat(builder.add(8192, 12288)).isTrue();
    assertThat(builder.add(12288, 16384)).isTrue();
    assertThat(builder.add(40960, 45056)).isFalse();
  }
}
