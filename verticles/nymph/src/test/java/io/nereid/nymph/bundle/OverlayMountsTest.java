package io.nereid.nymph.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.MountTable;
import io.nereid.nymph.fs.Mounts;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.journal.ResourceJournal;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRuntime
class OverlayMountsTest {
  private static final ContainerId WEB = new ContainerId("0".repeat(32));
  private final Mounts mounts = new Mounts(SystemProcessRunner.ofThisHost());
  @TempDir Path temp;

  private HostPaths paths(String data) {
    return new HostPaths(
        new NodeId("a"), temp.resolve(data), temp.resolve("run"), temp.resolve("dumps"));
  }

  @AfterEach
  void leaveNoMounts() {
    mounts.unmountBelow(temp);
    assertThat(MountTable.read().below(temp)).isEmpty();
  }

  @Test
  void anOverlayShowsTheLayerAndKeepsChangesInTheWritableLayer() throws IOException {
    HostPaths paths = paths("data dir");
    Path layer = Files.createDirectories(temp.resolve("layer"));
    Files.writeString(layer.resolve("file"), "keep me");
    Files.setPosixFilePermissions(layer, PosixFilePermissions.fromString("rwxrwxrwx"));
    ResourceJournal journal = ResourceJournal.open(paths.journal());
    OverlayMounts overlays = new OverlayMounts(mounts, paths, journal);
    Path rootfs = overlays.mount(WEB, layer);
    assertThat(overlays.mount(WEB, layer)).isEqualTo(rootfs);
    assertThat(MountTable.read().below(paths.container(WEB).base())).hasSize(1);
    assertThat(journal.of(WEB)).containsExactly(new Resource.Mount(rootfs));
    assertThat(Files.getPosixFilePermissions(rootfs))
        .isEqualTo(PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(rootfs.resolve("file"), "changed");
    overlays.unmount(WEB);
    assertThat(journal.of(WEB)).isEmpty();
    assertThat(layer.resolve("file")).hasContent("keep me");
    assertThat(paths.container(WEB).upper().resolve("file")).hasContent("changed");
    overlays.mount(WEB, layer);
    assertThat(rootfs.resolve("file")).hasContent("changed");
    overlays.unmount(WEB);
  }

  @Test
  void aDataDirectoryThatOverlayfsCannotTakeIsRefused() {
    HostPaths odd = paths("a,b");
    assertThatThrownBy(() -> new OverlayMounts(mounts, odd, null))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("a,b");
  }
}
