package io.nereid.nymph.criu.rpc;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A descriptor of a directory: CRIU takes directories as descriptors of the asking process. */
final class OpenDirectory implements AutoCloseable {
  private final int fd;

  OpenDirectory(Path directory) {
    byte[] name = directory.toString().getBytes(StandardCharsets.UTF_8);
    byte[] zeroEnded = ByteBuffer.allocate(name.length + 1).put(name).array();
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    fd = LibC.get().open(zeroEnded, arm ? LibC.O_DIRECTORY_ARM : LibC.O_DIRECTORY_X86);
    if (fd < 0) {
      String why = Errno.text(Errno.last());
      throw new FailureException(
          Failure.of(
              FailureCode.INTERNAL,
              "the directory '" + directory + "' cannot be opened: " + why,
              ""));
    }
  }

  int fd() {
    return fd;
  }

  @Override
  public void close() {
    LibC.get().close(fd);
  }
}
