package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** Deletes directories without ever reaching what is mounted below them. */
final class Trees {
  private Trees() {}

  /**
   * Deletes a directory and all below.
   *
   * @throws IOException when anything is mounted below it, and then nothing has been deleted
   */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> mounts = MountTable.atOrBelow(directory.toRealPath());
    if (!mounts.isEmpty()) {
      throw new IOException(directory + " is not deleted: mounted below it is " + mounts);
    }
    Object device = device(directory);
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
              throws IOException {
            // What was mounted after the look at the table is seen here.
            if (!device(dir).equals(device)) {
              throw new IOException(dir + " is on another file system");
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static Object device(Path directory) throws IOException {
    return Files.getAttribute(directory, "unix:dev", LinkOption.NOFOLLOW_LINKS);
  }
}
