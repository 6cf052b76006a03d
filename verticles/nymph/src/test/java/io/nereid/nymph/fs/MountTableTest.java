package io.nereid.nymph.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
  private static final String TABLE =
      """
      27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
      40 27 0:40 / /data/c\\0401/rootfs rw shared:5 master:1 - overlay nereid rw,lowerdir=/l
      41 40 0:41 / /data/c\\0401/rootfs/proc rw - proc proc rw
      42 27 0:42 / /data/c\\0401x rw - tmpfs tm\\134p rw
      43 40 0:43 / /data/c\\0401/rootfs rw - tmpfs over rw
      broken line
      44 27 0:44 / /\\303\\244 rw - tmpfs x rw
      """;
  private final MountTable table = MountTable.parse(TABLE);

  @Test
  void mountsBelowADirectoryComeLastMountedFirstAndNeighboursWithALongerNameDoNot() {
    assertThat(table.below(Path.of("/data/c 1")).stream().map(MountPoint::id))
        .containsExactly(43, 41, 40);
  }

  @Test
  void theVisibleOneOfStackedMountsIsFound() {
    assertThat(table.at(Path.of("/data/c 1/rootfs")))
        .hasValueSatisfying(m -> assertThat(m.source()).isEqualTo("over"));
    assertThat(table.at(Path.of("/data"))).isEmpty();
  }

  @Test
  void escapesAndBytesBeyondAsciiAreDecoded() {
    assertThat(table.at(Path.of("/data/c 1x")))
        .hasValueSatisfying(m -> assertThat(m.source()).isEqualTo("tm\\p"));
    assertThat(table.at(Path.of("/ä"))).isPresent();
  }

  @Test
  void theKernelsOwnTableHasARoot() {
    assertThat(MountTable.read().at(Path.of("/"))).isPresent();
  }
}
