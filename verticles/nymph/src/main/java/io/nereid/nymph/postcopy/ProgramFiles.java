package io.nereid.nymph.postcopy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Small files by which daemon and programs talk; nobody else may read them. */
public final class ProgramFiles {
  private ProgramFiles() {}

  /** Writes a file, all of it at once. */
  public static void publish(Path directory, String name, String content) {
    Path fresh = directory.resolve(name + ".new");
    try {
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(fresh, content + "\n", StandardCharsets.UTF_8);
      Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + directory.resolve(name), e);
    }
  }
}
