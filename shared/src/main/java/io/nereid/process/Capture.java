package io.nereid.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Where a program's output goes: pipes of which bounded tails are kept, or files. */
sealed interface Capture {
  /** The end of standard output so far. */
  String stdout();

  /** The end of standard error so far. */
  String stderr();

  /** Waits until everything was read, but not longer. */
  void await(Duration limit);

  /** The file that takes standard output. */
  static Path out(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".out");
  }

  /** The file that takes standard error. */
  static Path err(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".err");
  }

  /** That of a program that has just been started. */
  static Capture of(Command command, Process process) {
    return command.outputTo().isPresent()
        ? new InFiles(command.outputTo().get())
        : new FromPipes(process);
  }

  /** Files, which need no reader, so that the program survives us. */
  record InFiles(Path prefix) implements Capture {
    @Override
    public String stdout() {
      return tail(out(prefix));
    }

    @Override
    public String stderr() {
      return tail(err(prefix));
    }

    @Override
    public void await(Duration limit) {}

    private static String tail(Path file) {
      try (SeekableByteChannel channel = Files.newByteChannel(file)) {
        long size = channel.size();
        channel.position(Math.max(0, size - ProcessRunner.OUTPUT_BYTES_MAX));
        ByteBuffer bytes =
            ByteBuffer.allocate((int) Math.min(size, ProcessRunner.OUTPUT_BYTES_MAX));
        int read = 0;
        while (bytes.hasRemaining() && read >= 0) {
          read = channel.read(bytes);
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return "(output lost: " + e.getMessage() + ")";
      }
    }
  }

  /** Pipes, each with a thread that reads it. */
  final class FromPipes implements Capture {
    private static final int READ_BYTES = 8 * 1024;
    private final Tail out = new Tail(ProcessRunner.OUTPUT_BYTES_MAX);
    private final Tail err = new Tail(ProcessRunner.OUTPUT_BYTES_MAX);
    private final List<Thread> readers;

    FromPipes(Process process) {
      readers = List.of(read(process.getInputStream(), out), read(process.getErrorStream(), err));
    }

    // Platform threads: a read of a pipe would hold a carrier of virtual threads.
    private static Thread read(InputStream stream, Tail tail) {
      return Thread.ofPlatform()
          .daemon()
          .name("process-output")
          .start(() -> {
            byte[] buffer = new byte[READ_BYTES];
            try (stream) {
              for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                tail.add(buffer, n);
              }
            } catch (IOException e) {
              // The pipe was closed under us because the process ended: all there is was read.
              return;
            }
          });
    }

    @Override
    public String stdout() {
      return out.text();
    }

    @Override
    public String stderr() {
      return err.text();
    }

    @Override
    public void await(Duration limit) {
      long end = System.nanoTime() + limit.toNanos();
      for (Thread reader : readers) {
        try {
          reader.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }
}
