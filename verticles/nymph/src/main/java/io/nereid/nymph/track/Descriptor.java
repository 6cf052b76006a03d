package io.nereid.nymph.track;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A file of which the descriptor's number is needed, open for reading. */
record Descriptor(int number) implements AutoCloseable {
  private static final long AT_FDCWD = -100;
  private static final long O_CLOEXEC = 02000000;
  private static final long OPENAT = 257;

  static Descriptor open(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long path = arena.allocateFrom(file.toString(), StandardCharsets.UTF_8).address();
      return new Descriptor((int) Kernel.call("open", OPENAT, AT_FDCWD, path, O_CLOEXEC, 0));
    }
  }

  @Override
  public void close() {
    Kernel.close(number);
  }
}
