package io.nereid.nymph.snapshot;

import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.SnapshotDiff;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Says what differs between two snapshots that are here; needs room for both. Blocks. */
final class Comparing {
  private final SnapshotParts parts;
  private final Thawing thawing;

  Comparing(SnapshotParts parts, Thawing thawing) {
    this.parts = parts;
    this.thawing = thawing;
  }

  SnapshotResult.Compared compare(
      MigrationId operation, SnapshotCommand.Compare compare, Consumer<Progress> told) {
    Path directory = thawing.unpacked(operation.value());
    try {
      var from = unpacked(compare.from(), directory.resolve("from"), told);
      var to = unpacked(compare.to(), directory.resolve("to"), told);
      TreeDiff files = TreeDiff.of(from.get(TreeKind.UPPER), to.get(TreeKind.UPPER));
      return new SnapshotResult.Compared(
          new SnapshotDiff(
              compare.from(),
              compare.to(),
              files.changes(),
              files.inAll(),
              MemoryDiff.of(from.get(TreeKind.IMAGES), to.get(TreeKind.IMAGES))));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot compare in " + directory + ": " + e, e);
    } finally {
      parts.core().basics().delete().delete(directory);
    }
  }

  private Map<TreeKind, Path> unpacked(SnapshotId id, Path into, Consumer<Progress> told)
      throws IOException {
    Files.createDirectories(into);
    return parts.store().unpack(id, into, done -> told.accept(Taking.progress(done)));
  }
}
