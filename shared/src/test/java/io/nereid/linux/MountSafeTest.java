package io.nereid.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MountSafeTest {
  private Path dir;

  @BeforeEach
  void start() throws IOException {
    dir = Files.createTempDirectory("nereid mount\tsafe");
  }

  @AfterEach
  void stop() throws IOException {
    MountSafe.delete(dir);
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void everythingBelowIsDeletedAndLinksAreNotFollowed() throws IOException {
    Path precious = Files.createDirectory(dir.resolve("precious"));
    Files.writeString(precious.resolve("kept"), "kept");
    Path doomed = Files.createDirectory(dir.resolve("doomed"));
    Files.createDirectories(doomed.resolve("a/b/c"));
    Files.writeString(doomed.resolve("a/b/file"), "x");
    Files.createSymbolicLink(doomed.resolve("a/link"), precious);
    MountSafe.delete(doomed);
    MountSafe.delete(doomed);
    assertThat(doomed).doesNotExist();
    assertThat(precious.resolve("kept")).hasContent("kept");

    Path link = Files.createSymbolicLink(dir.resolve("link"), precious);
    MountSafe.delete(link);
    assertThat(link).doesNotExist();
    assertThat(precious.resolve("kept")).hasContent("kept");
  }

  @Test
  void nothingIsDeletedWhileSomethingIsMountedBelow() throws Exception {
    assumeTrue(new com.sun.security.auth.module.UnixSystem().getUid() == 0, "needs root");
    Path mount = Files.createDirectories(dir.resolve("doomed/deep/mount"));
    Files.writeString(dir.resolve("doomed/file"), "kept");
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "none", mount.toString()) == 0);
    try {
      Files.writeString(mount.resolve("inside"), "kept");
      assertThat(MountSafe.mountsBelow(dir)).containsExactly(mount.toRealPath());
      assertThatThrownBy(() -> MountSafe.delete(dir.resolve("doomed")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("mounted at");
      assertThat(mount.resolve("inside")).hasContent("kept");
      assertThat(dir.resolve("doomed/file")).hasContent("kept");
    } finally {
      assertThat(run("umount", mount.toString())).isZero();
    }
    MountSafe.delete(dir.resolve("doomed"));
    assertThat(dir).isEmptyDirectory();
  }
}
