package io.nereid.transfer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Content for tests, the same for the same seed. */
final class Samples {
  static final int PAGE = 4096;

  private Samples() {}

  /** A file of random pages. */
  static Path pages(Path file, int pages, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] page = new byte[PAGE];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (int i = 0; i < pages; i++) {
        random.nextBytes(page);
        out.write(page);
      }
    }
    return file;
  }

  /** Random bytes. */
  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
