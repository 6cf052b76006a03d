package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A receiver whose disk is full; a small tmpfs plays the disk, so root is needed. */
class DiskFullTest {
  private Path disk;
  private boolean mounted;
  private TwoHosts hosts;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(new com.sun.security.auth.module.UnixSystem().getUid() == 0, "needs root");
    disk = Files.createTempDirectory("nereid-small-disk");
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=8m", "none", disk.toString()) == 0);
    mounted = true;
    hosts = new TwoHosts(2_000, disk);
  }

  @AfterEach
  void stop() throws Exception {
    if (hosts != null) {
      hosts.close();
    }
    if (mounted) {
      assertThat(run("umount", disk.toString())).isZero();
    }
    if (disk != null) {
      Files.delete(disk);
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void aFullDiskIsToldToTheSenderAndWhatWasStagedIsRemoved() throws Exception {
    Path images = hosts.directory("images");
    Samples.pages(images.resolve("pages-1.img"), 5000, 1);
    assertThatThrownBy(() -> hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images)))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(FailureCode.NO_SPACE);
              assertThat(e.failure().message()).contains("no space");
              assertThat(e.failure().remedy()).isNotBlank();
            });
    await().untilAsserted(() -> assertThat(disk.resolve("transfer/sessions")).isEmptyDirectory());
    // With the space back, another migration succeeds.
    hosts.nextMigration();
    Path small = hosts.directory("small");
    Samples.pages(small.resolve("pages-1.img"), 500, 1);
    hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, small));
    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(small.resolve("pages-1.img"));
  }

  @Test
  void importingALayerThatDoesNotFitLeavesNothing() throws Exception {
    Path rootfs = hosts.directory("rootfs");
    Files.write(rootfs.resolve("big"), Samples.bytes(20 << 20, 1));
    assertThatThrownBy(() -> hosts.target.importLayer(rootfs))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NO_SPACE));
    assertThat(disk.resolve("layers")).isEmptyDirectory();
  }
}
