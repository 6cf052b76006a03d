package io.nereid.nymph.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Room for memory that is written while a container runs. */
public final class Room {
  /** Left to everybody else on the file system: what is written ahead is never worth a full one. */
  private static final long RESERVE_BYTES = 256L << 20;

  private Room() {}

  /** So many bytes may be written below an existing directory. */
  public static long below(Path directory) throws IOException {
    return Math.max(0, Files.getFileStore(directory).getUsableSpace() - RESERVE_BYTES);
  }
}
