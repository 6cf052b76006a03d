package io.nereid.nymph.snapshot;

import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.nymph.move.Luggage;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Sends a snapshot that is here to a host that wants it. Blocks. */
final class Sending {
  private final SnapshotParts parts;
  private final Thawing thawing;

  Sending(SnapshotParts parts, Thawing thawing) {
    this.parts = parts;
    this.thawing = thawing;
  }

  SnapshotResult send(MigrationId operation, SnapshotCommand.Send send, Consumer<Progress> told) {
    Path directory = thawing.unpacked(operation.value());
    try {
      parts.core().basics().delete().delete(directory);
      Files.createDirectories(directory);
      Map<TreeKind, Path> roots =
          parts.store().unpack(send.id(), directory, done -> told.accept(Taking.progress(done)));
      Luggage.readdress(roots.get(TreeKind.BUNDLE), send.as());
      if (!parts.store().get(send.id()).container().equals(send.as().id())) {
        OtherVolumes.rename(roots, send.as().name());
      }
      List<Tree> trees =
          roots.entrySet().stream().map(e -> new Tree(e.getKey(), e.getValue())).toList();
      SendReport report =
          parts
              .moves()
              .transfer()
              .send(
                  new SendRequest(
                      operation,
                      send.as().id(),
                      send.ticket(),
                      SetLabel.FINAL,
                      trees,
                      parts.store().get(send.id()).layers(),
                      0),
                  told);
      return new SnapshotResult.Written(report.bytesSent());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + directory, e);
    } finally {
      parts.core().basics().delete().delete(directory);
    }
  }
}
