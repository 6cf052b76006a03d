package io.nereid.transfer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Directories that only we may enter: they hold memory of processes and programs with setuid. */
public final class PrivateDirs {
  private PrivateDirs() {}

  /** Makes a directory with its parents and closes it to others. */
  public static Path make(Path dir) throws IOException {
    Files.createDirectories(dir);
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
    return dir;
  }
}
