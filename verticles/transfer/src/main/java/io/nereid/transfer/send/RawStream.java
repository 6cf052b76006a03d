package io.nereid.transfer.send;

import io.nereid.domain.id.MigrationId;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.FrameHead;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Streams a file in data frames, without digests and without asking: for measurements. */
public final class RawStream {
  private static final int PAGE = 4096;
  private static final long LOOK_NANOS = 100_000;

  private RawStream() {}

  /**
   * Sends a file and waits until the other side has counted all of it.
   *
   * @return nanoseconds from the first to the last byte
   */
  public static long send(Vertx vertx, int port, Path file, LongSupplier received)
      throws IOException {
    Meter meter = new Meter(p -> {});
    Watch watch = new Watch(() -> false);
    try (DataLink link = new DataLink(vertx, watch, meter);
        FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      link.connect(
          new TransferTicket("127.0.0.1", 0, port, ""),
          new DataHello(MigrationId.random(), "", SetLabel.FINAL, 0));
      long end = received.getAsLong() + in.size();
      long start = System.nanoTime();
      for (long at = 0; at < in.size(); ) {
        ByteBuffer buffer = link.buffer();
        while (buffer.hasRemaining() && in.read(buffer, at + buffer.position()) > 0) {}
        int pages = buffer.position() / PAGE;
        int first = (int) (at / PAGE);
        at += buffer.position();
        link.send(FrameHead.CHUNKS, 0, new int[] {first, pages}, 1, buffer);
      }
      while (received.getAsLong() < end) {
        watch.check();
        watch.heard();
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return System.nanoTime() - start;
    }
  }
}
