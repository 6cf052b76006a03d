package io.nereid.nymph.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The near end of a pseudo terminal. One thread reads and closes it, others write and resize. A
 * read blocks its (platform) thread until the program at the other end writes or ends.
 */
final class Pty implements AutoCloseable {
  private static final int BUFFER_BYTES = 8 * 1024;
  private final int fd;
  private final Path device;
  private boolean outputOpen = true;
  private boolean inputOpen = true;
  private boolean closed;

  private Pty(int fd, Path device) {
    this.fd = fd;
    this.device = device;
  }

  /** Makes a terminal of a size. */
  static Pty open(int columns, int rows) throws IOException {
    PtyCalls.Result opened = PtyCalls.open();
    if (opened.value() < 0) {
      throw new IOException("no pseudo terminal: error " + opened.errno());
    }
    int fd = (int) opened.value();
    PtyCalls.Result unlocked = PtyCalls.unlock(fd);
    if (unlocked.value() != 0) {
      PtyCalls.close(fd);
      throw new IOException("no pseudo terminal: error " + unlocked.errno());
    }
    Pty pty = new Pty(fd, Path.of(PtyCalls.name(fd)));
    pty.resize(columns, rows);
    return pty;
  }

  /** The far end, for the program. */
  Path device() {
    return device;
  }

  synchronized void resize(int columns, int rows) {
    if (!closed && columns > 0 && rows > 0) {
      PtyCalls.resize(fd, columns, rows);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      PtyCalls.close(fd);
    }
  }

  private synchronized void closeOutput() {
    outputOpen = false;
    if (!inputOpen) {
      close();
    }
  }

  private synchronized void closeInput() {
    inputOpen = false;
    if (!outputOpen) {
      close();
    }
  }

  private synchronized boolean isOutputOpen() {
    return outputOpen;
  }

  /** What the program writes; ends when nobody has the far end open any more. */
  InputStream output() {
    return new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException("in blocks only");
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment buffer = arena.allocate(Math.min(length, BUFFER_BYTES));
          PtyCalls.Result result = PtyCalls.read(fd, buffer);
          while (result.value() < 0 && result.errno() == PtyCalls.EINTR) {
            result = PtyCalls.read(fd, buffer);
          }
          // EIO is how the kernel says that the last one at the far end has gone.
          if (result.value() == 0 || (result.value() < 0 && result.errno() == PtyCalls.EIO)) {
            return -1;
          }
          if (result.value() < 0) {
            throw new IOException("reading a terminal: error " + result.errno());
          }
          MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, offset, (int) result.value());
          return (int) result.value();
        }
      }

      @Override
      public void close() {
        closeOutput();
      }
    };
  }

  /** What somebody types; closing it types the end-of-file character. */
  OutputStream input() {
    return new OutputStream() {
      private static final byte END_OF_TRANSMISSION = 4;

      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        while (at < offset + length) {
          at += writeSome(bytes, at, Math.min(offset + length - at, BUFFER_BYTES));
        }
      }

      @Override
      public void close() throws IOException {
        try {
          if (isOutputOpen()) {
            write(END_OF_TRANSMISSION);
          }
        } finally {
          closeInput();
        }
      }
    };
  }

  private int writeSome(byte[] bytes, int offset, int length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(length);
      MemorySegment.copy(bytes, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
      PtyCalls.Result result = PtyCalls.write(fd, buffer);
      if (result.value() < 0 && result.errno() != PtyCalls.EINTR) {
        throw new IOException("writing to a terminal: error " + result.errno());
      }
      return (int) Math.max(0, result.value());
    }
  }
}
