package io.nereid.transfer.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.MountSafe;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a store does with files, whatever they hold. */
final class StoreFiles {
  private static final Logger LOG = LoggerFactory.getLogger(StoreFiles.class);

  /** How the names of what is not complete begin. */
  static final String STAGING = ".staging-";

  private static final long DISK_RESERVE_BYTES = 64L << 20;

  private StoreFiles() {}

  static boolean deleteStaged(Path directory) throws IOException {
    boolean any = false;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, STAGING + "*")) {
      for (Path one : all) {
        MountSafe.delete(one);
        any = true;
      }
    }
    return any;
  }

  static Snapshot.Sizes sizes(Map<TreeKind, Long> bytes, long added) {
    return new Snapshot.Sizes(
        bytes.getOrDefault(TreeKind.IMAGES, 0L),
        bytes.getOrDefault(TreeKind.UPPER, 0L) + bytes.getOrDefault(TreeKind.VOLUMES, 0L),
        bytes.getOrDefault(TreeKind.LOG, 0L),
        bytes.values().stream().mapToLong(Long::longValue).sum(),
        added);
  }

  static void write(Path file, byte[] content) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  static void removeQuietly(Path path) {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      try {
        MountSafe.delete(path);
      } catch (IOException e) {
        LOG.warn("could not remove {}: {}; the next start does", path, e.getMessage());
      }
    }
  }

  /** NO_SPACE when there is next to no room on the disk. */
  static void requireRoom(Path dir, List<Tree> trees) throws IOException {
    long usable = Files.getFileStore(dir).getUsableSpace();
    if (usable < DISK_RESERVE_BYTES) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NO_SPACE,
              "there are only "
                  + usable
                  + " bytes free in "
                  + dir
                  + " for "
                  + trees.size()
                  + " trees",
              "remove snapshots with 'nereid snapshots rm', or make room"));
    }
  }
}
