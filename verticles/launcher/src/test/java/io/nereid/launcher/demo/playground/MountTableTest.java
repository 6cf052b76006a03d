package io.nereid.launcher.demo.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
  private static final String TABLE =
      """
      22 1 254:0 / / rw,relatime - ext4 /dev/root rw
      31 22 0:28 / /tmp/nrd-000000/a rw shared:7 - tmpfs tmpfs rw
      32 31 0:29 / /tmp/nrd-000000/a/with\\040blank rw - overlay overlay rw,lowerdir=/x
      """;

  @Test
  void whatWasMountedLastComesFirst() {
    assertThat(MountTable.parse(TABLE))
        .containsExactly(
            Path.of("/tmp/nrd-000000/a/with blank"), Path.of("/tmp/nrd-000000/a"), Path.of("/"));
  }
}
