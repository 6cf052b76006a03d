package io.nereid.nymph.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcMapsTest {
  private static ProcMaps of(String... lines) {
    return ProcMaps.of(List.of(lines));
  }

  @Test
  void onlyPrivateWritableMemoryOfNoFileIsTracked() {
    ProcMaps maps =
        of(
            "1000-2000 rw-p 00000000 00:00 0 ",
            "3000-4000 rw-p 00000000 00:00 0                          [heap]",
            "5000-6000 rw-s 00000000 00:01 77                         /dev/zero (deleted)",
            "7000-8000 rw-p 00000000 08:01 1234                       /usr/lib/x.so",
            "9000-a000 r--p 00000000 00:00 0 ",
            "b000-c000 rw-p 00000000 00:0f 88                         /anon_hugepage (deleted)",
            "7ffe0000-7ffe1000 rw-p 00000000 00:00 0                  [stack]");
    assertThat(maps.anonymous())
        .containsExactly(
            new ProcMaps.Area(0x1000, 0x2000),
            new ProcMaps.Area(0x3000, 0x4000),
            new ProcMaps.Area(0x7ffe0000L, 0x7ffe1000L));
    assertThat(maps.aio()).isFalse();
  }

  @Test
  void asynchronousInputIsNoticed() {
    assertThat(of("1000-2000 rw-s 00000000 00:10 9 /[aio] (deleted)").aio()).isTrue();
  }

  @Test
  void linesThatAreNoneAreLeftOut() {
    assertThat(
            of("", "x", "2000-1000 rw-p 0 0 0", "zz-yy rw-p 0 00:00 0", "-1 rw-p 0 0 0")
                .anonymous())
        .isEmpty();
  }
}
