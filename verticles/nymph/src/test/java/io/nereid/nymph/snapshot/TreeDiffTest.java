package io.nereid.nymph.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.snapshot.SnapshotDiff.Change;
import io.nereid.domain.snapshot.SnapshotDiff.FileChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeDiffTest {
  @TempDir private Path dir;
  private Path from;
  private Path to;

  @BeforeEach
  void makeTrees() throws IOException {
    from = Files.createDirectories(dir.resolve("a/sub")).getParent();
    to = Files.createDirectories(dir.resolve("b/sub")).getParent();
  }

  @Test
  void whatWasAddedRemovedAndChangedIsListedByPath() throws IOException {
    Files.writeString(from.resolve("sub/same"), "x");
    Files.writeString(to.resolve("sub/same"), "x");
    Files.writeString(from.resolve("gone"), "four");
    Files.writeString(to.resolve("new"), "seven77");
    Files.writeString(from.resolve("sub/file"), "old");
    Files.writeString(to.resolve("sub/file"), "newer");
    assertThat(TreeDiff.of(from, to).changes())
        .containsExactly(
            new FileChange("/gone", Change.REMOVED, 4, 0),
            new FileChange("/new", Change.ADDED, 0, 7),
            new FileChange("/sub/file", Change.CHANGED, 3, 5));
  }

  @Test
  void contentOfTheSameLengthModeAndLinksCountToo() throws IOException {
    Files.writeString(from.resolve("content"), "ab");
    Files.writeString(to.resolve("content"), "ac");
    Files.writeString(from.resolve("mode"), "x");
    Files.setPosixFilePermissions(
        Files.writeString(to.resolve("mode"), "x"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(from.resolve("link"), Path.of("/nowhere"));
    Files.createSymbolicLink(to.resolve("link"), Path.of("/elsewhere"));
    TreeDiff diff = TreeDiff.of(from, to);
    assertThat(diff.changes())
        .extracting(FileChange::path)
        .containsExactly("/content", "/link", "/mode");
    assertThat(diff.inAll()).isEqualTo(3);
  }

  @Test
  void aTreeDoesNotDifferFromItself() throws IOException {
    Files.writeString(from.resolve("file"), "x");
    assertThat(TreeDiff.of(from, from).changes()).isEmpty();
  }
}
