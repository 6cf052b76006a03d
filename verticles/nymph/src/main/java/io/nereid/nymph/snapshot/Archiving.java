package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.RandomHex;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.nymph.archive.ArchiveException;
import io.nereid.nymph.archive.ArchiveReader;
import io.nereid.nymph.archive.ArchiveWriter;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Writes snapshots into checkpoint archives and reads them back. Blocks. */
final class Archiving {
  private static final long RESERVE_BYTES = 64L << 20;
  private final SnapshotParts parts;
  private final Thawing thawing;
  private final Fetching fetching;

  Archiving(SnapshotParts parts, Thawing thawing) {
    this.parts = parts;
    this.thawing = thawing;
    this.fetching = new Fetching(parts);
  }

  /** The file appears when it is complete, or not at all. */
  SnapshotResult export(
      MigrationId operation, SnapshotCommand.Export export, Consumer<Progress> told) {
    requireNoVolumes(export.snapshot());
    Path file = Path.of(export.file());
    requireFree(file, export.replace());
    Path directory = thawing.unpacked(operation.value());
    Path fresh =
        file.resolveSibling("." + file.getFileName() + "." + RandomHex.ofBytes(4) + ".part");
    try {
      parts.core().basics().delete().delete(directory);
      Files.createDirectories(directory);
      Map<TreeKind, Path> roots = roots(operation, export, directory, told);
      Snapshot snapshot = export.snapshot();
      Path layer = parts.moves().transfer().layer(snapshot.layers().getFirst());
      try (OutputStream out =
          Files.newOutputStream(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        new ArchiveWriter(snapshot, roots, layer, directory)
            .write(out, file.getFileName().toString());
      }
      requireFree(file, export.replace());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      return new SnapshotResult.Written(Files.size(file));
    } catch (IOException e) {
      throw failed("writing " + file, e);
    } finally {
      deleteQuietly(fresh);
      parts.moves().transfer().close(operation);
      parts.core().basics().delete().delete(directory);
    }
  }

  // It would look complete, and is not: archives have no place for them.
  private static void requireNoVolumes(Snapshot snapshot) {
    if (!snapshot.volumes().isEmpty() || snapshot.layers().size() > 1) {
      throw new FailureException(
          Failure.refused(
              FailureCode.UNSUPPORTED,
              "snapshot "
                  + snapshot.id()
                  + " has volumes, which a checkpoint archive does not hold: "
                  + (snapshot.volumes().isEmpty() ? "read-only ones" : snapshot.volumes()),
              "keep it in the cluster, or restore it and copy the volumes by hand"));
    }
  }

  private Map<TreeKind, Path> roots(
      MigrationId operation,
      SnapshotCommand.Export export,
      Path directory,
      Consumer<Progress> told) {
    Snapshot s = export.snapshot();
    if (export.holder().equals(parts.paths().node())) {
      return parts.store().unpack(s.id(), directory, done -> told.accept(Taking.progress(done)));
    }
    return fetching.trees(operation, export.holder(), s, told);
  }

  private static void requireFree(Path file, boolean replace) {
    boolean exists = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    boolean plain = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    if (file.getFileName() == null || (exists && !(replace && plain))) {
      throw refused(
          file + " exists already on this host" + (plain ? "" : ", and is no plain file"),
          plain ? "name another file, or replace it with --force" : "name another file");
    }
    if (!Files.isDirectory(file.getParent())) {
      throw refused("the directory of " + file + " does not exist on this host", "make it first");
    }
  }

  SnapshotResult.Stored read(SnapshotCommand.Import wanted, Consumer<Progress> told) {
    long begun = System.nanoTime();
    Path file = Path.of(wanted.file());
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw refused(file + " is no plain file on this host", "give the path of an archive there");
    }
    Path directory = thawing.taking(wanted.id().value());
    try {
      parts.core().basics().delete().delete(directory);
      Files.createDirectories(directory);
      long room = Files.getFileStore(directory).getUsableSpace() - RESERVE_BYTES;
      ArchiveReader.Contents contents;
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        contents = new ArchiveReader(directory, Math.max(0, room)).read(in);
      }
      Snapshot snapshot = store(wanted, contents, begun, told);
      return new SnapshotResult.Stored(snapshot, Optional.empty());
    } catch (ArchiveException e) {
      throw new FailureException(
          Failure.refused(
              e.isDigest() ? FailureCode.DIGEST_MISMATCH : FailureCode.BAD_REQUEST,
              "cannot import " + file + ": " + e.getMessage(),
              "nothing of it was kept; export it again"),
          e);
    } catch (IOException e) {
      throw failed("reading " + file, e);
    } finally {
      parts.core().basics().delete().delete(directory);
    }
  }

  private Snapshot store(
      SnapshotCommand.Import wanted,
      ArchiveReader.Contents contents,
      long begun,
      Consumer<Progress> told) {
    Snapshot was = contents.snapshot();
    String layer = was.layers().size() == 1 ? was.layers().getFirst() : "";
    if (contents.layer().isPresent()) {
      String is = parts.moves().transfer().importLayer(contents.layer().get());
      if (!is.equals(layer)) {
        throw new FailureException(
            Failure.refused(
                FailureCode.DIGEST_MISMATCH,
                "the root file system in " + wanted.file() + " is not the container's",
                "nothing of it was kept; export it again"));
      }
    } else {
      // Throws NOT_FOUND, naming it.
      parts.moves().transfer().layer(layer);
    }
    Snapshot draft =
        new Snapshot(
            wanted.id(),
            wanted.label().or(was::label),
            was.container(),
            was.name(),
            parts.paths().node(),
            Snapshot.Origin.IMPORTED,
            was.taken(),
            new Epoch(Math.max(1, was.epoch().value())),
            was.network(),
            was.source(),
            was.layers(),
            was.command(),
            was.terminal(),
            Snapshot.Sizes.UNKNOWN,
            was.freezeMs(),
            0);
    List<Tree> trees =
        contents.roots().entrySet().stream()
            .filter(e ->
                Set.of(TreeKind.BUNDLE, TreeKind.UPPER, TreeKind.LOG, TreeKind.IMAGES)
                    .contains(e.getKey()))
            .map(e -> new Tree(e.getKey(), e.getValue()))
            .toList();
    return parts.store().put(draft, trees, begun, done -> told.accept(Taking.progress(done)));
  }

  private static FailureException refused(String message, String remedy) {
    return new FailureException(Failure.refused(FailureCode.BAD_REQUEST, message, remedy));
  }

  private static FailureException failed(String doing, IOException e) {
    boolean full = String.valueOf(e.getMessage()).contains("No space left");
    return new FailureException(
        Failure.of(
            full ? FailureCode.NO_SPACE : FailureCode.INTERNAL,
            doing + ": " + e.getMessage(),
            full ? "make room there or below criu.dumpPath" : "look at the host's daemon's log"),
        e);
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(Archiving.class).warn("{} stays: {}", file, e.toString());
    }
  }
}
