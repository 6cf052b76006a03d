package io.nereid.launcher.demo.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RewritableTest {
  private static final int PAGE = 4096;

  /** Starts of pages as redis's memory has them: its own header comes before the value. */
  private static final int HEADER = 5;

  @Test
  void noTwoPagesAreTheSameWhateverTheirValueTheirVersionOrTheirContainer() {
    Set<Integer> pages = new HashSet<>();
    int count = 0;
    for (long seed = 1; seed <= 2; seed++) {
      Rewritable values = values(seed);
      for (int key = 0; key < values.count(); key++) {
        for (int version = 0; version < 2; version++) {
          byte[] value = values.value(key, version);
          assertThat(value).hasSize(Rewritable.VALUE_BYTES);
          pages.add(
              Arrays.hashCode(Arrays.copyOfRange(value, PAGE - HEADER, 2 * PAGE - HEADER - 1)));
          pages.add(Arrays.hashCode(Arrays.copyOfRange(value, 0, PAGE - HEADER)));
          count += 2;
        }
      }
    }
    // Hashes of 32 bits: a few may meet by chance, a repetition would make hundreds meet.
    assertThat(pages).hasSizeGreaterThan(count - 10);
  }

  @Test
  void theSameNumberAndVersionGiveTheSameValue() {
    assertThat(values(3).value(7, 2)).isEqualTo(values(3).value(7, 2));
  }

  @Test
  void theValuesTakeTheMemoryThatWasAskedFor() {
    assertThat((long) values(1).count() * (Rewritable.VALUE_BYTES + HEADER + 1)).isEqualTo(8 << 20);
  }

  private static Rewritable values(long seed) {
    return new Rewritable(Path.of("none"), "192.0.2.1", Duration.ofSeconds(1), 8 << 20, seed);
  }
}
