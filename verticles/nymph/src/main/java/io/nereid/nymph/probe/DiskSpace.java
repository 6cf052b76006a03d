package io.nereid.nymph.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Room on the file system on which a directory is, or will be once it is made. */
final class DiskSpace {
  private DiskSpace() {}

  static OptionalLong freeBytes(Path directory) {
    try {
      return OptionalLong.of(Files.getFileStore(nearest(directory)).getUsableSpace());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The directory itself or its nearest ancestor that exists. */
  static Path nearest(Path directory) {
    Path at = directory.toAbsolutePath().normalize();
    while (at.getParent() != null && !Files.isDirectory(at)) {
      at = at.getParent();
    }
    return at;
  }
}
