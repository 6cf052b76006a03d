package io.nereid.transfer.bench;

import io.nereid.config.TransferConfig;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.Term;
import io.nereid.linux.MountSafe;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.TransferService;
import io.nereid.transfer.receive.RawSink;
import io.nereid.transfer.send.RawStream;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Measures on the loopback of this machine, in one process, the three alternating in each round:
 * the bulk stream alone, a complete verified transfer of new pages, and the same again when the
 * receiver has them all. One round before the first warms memory and code and is not counted.
 */
public final class TransferBench {
  private static final int PAGE = 4096;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final long DEADLINE_S = 20;

  private TransferBench() {}

  /**
   * What was measured; rates are medians of all rounds.
   *
   * @param rawBytesPerSecond frames through a socket, read from a file, thrown away by the receiver
   * @param verifiedBytesPerSecond content over time from the call of send to its return: hashed,
   *     offered, sent, hashed, written
   * @param unchangedBytesPerSecond the same when all content is there already: hashed twice, copied
   * @param unchangedBytesSent what went over the wire then
   */
  public record Result(
      long bytes,
      int rounds,
      long rawBytesPerSecond,
      long verifiedBytesPerSecond,
      long verifiedBytesSent,
      long unchangedBytesPerSecond,
      long unchangedBytesSent,
      String java,
      int processors) {}

  /**
   * Runs; blocks for about a second a GB and round. Needs three times the size on the disk of
   * {@code directory}.
   */
  public static Result run(Path directory, long bytes, int rounds) throws IOException {
    if (bytes < BLOCK_BYTES || rounds < 1) {
      throw new IllegalArgumentException(
          "a benchmark needs at least " + BLOCK_BYTES + " bytes and one round");
    }
    Path dir = Files.createTempDirectory(directory, "nereid-bench-");
    Vertx vertx = Vertx.vertx();
    try {
      return measure(vertx, dir, bytes / PAGE * PAGE, rounds);
    } catch (TimeoutException e) {
      throw new IOException("the benchmark did not get its servers up or down in time", e);
    } finally {
      vertx.close().await();
      MountSafe.delete(dir);
    }
  }

  private static Result measure(Vertx vertx, Path dir, long bytes, int rounds)
      throws IOException, TimeoutException {
    Path images = Files.createDirectory(dir.resolve("images"));
    Path pages = images.resolve("pages-1.img");
    fill(pages, bytes);
    int cores = Runtime.getRuntime().availableProcessors();
    TransferConfig config = new TransferConfig(0, 0, cores, 5_000);
    TransferService a =
        new TransferService(config, "127.0.0.1", Files.createDirectory(dir.resolve("a")));
    TransferService b =
        new TransferService(config, "127.0.0.1", Files.createDirectory(dir.resolve("b")));
    RawSink sink = new RawSink(vertx);
    try {
      a.start(vertx).await(DEADLINE_S, TimeUnit.SECONDS);
      b.start(vertx).await(DEADLINE_S, TimeUnit.SECONDS);
      int port = sink.listen().await(DEADLINE_S, TimeUnit.SECONDS);
      List<Long> raw = new ArrayList<>();
      List<Long> verified = new ArrayList<>();
      List<Long> unchanged = new ArrayList<>();
      SendReport first = null;
      SendReport second = null;
      for (int round = 0; round <= rounds; round++) {
        long rawNanos = RawStream.send(vertx, port, pages, sink::receivedBytes);
        ContainerId container = ContainerId.random();
        MigrationId migration = MigrationId.random();
        TransferTicket ticket =
            b.open(
                new ReceiveRequest(
                    migration, container, new Fence(new Term(1), new Epoch(1)), Long.MAX_VALUE));
        List<Tree> trees = List.of(new Tree(TreeKind.IMAGES, images));
        long start = System.nanoTime();
        first = a.send(request(migration, container, ticket, SetLabel.AHEAD, trees), p -> {});
        long middle = System.nanoTime();
        second = a.send(request(migration, container, ticket, SetLabel.FINAL, trees), p -> {});
        long end = System.nanoTime();
        b.close(migration);
        if (round > 0) {
          raw.add(rate(bytes, rawNanos));
          verified.add(rate(bytes, middle - start));
          unchanged.add(rate(bytes, end - middle));
        }
      }
      return new Result(
          bytes,
          rounds,
          median(raw),
          median(verified),
          first.bytesSent(),
          median(unchanged),
          second.bytesSent(),
          Runtime.version().toString(),
          cores);
    } finally {
      sink.close().await(DEADLINE_S, TimeUnit.SECONDS);
      a.stop(vertx).await(DEADLINE_S, TimeUnit.SECONDS);
      b.stop(vertx).await(DEADLINE_S, TimeUnit.SECONDS);
    }
  }

  private static SendRequest request(
      MigrationId migration,
      ContainerId container,
      TransferTicket ticket,
      SetLabel label,
      List<Tree> trees) {
    return new SendRequest(migration, container, ticket, label, trees, List.of(), 0);
  }

  /** Random content: nothing can be saved by accident. */
  private static void fill(Path file, long bytes) throws IOException {
    Random random = new Random(1);
    byte[] block = new byte[BLOCK_BYTES];
    random.nextBytes(block);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; ) {
        for (int page = 0; page < BLOCK_BYTES; page += PAGE) {
          ByteBuffer.wrap(block).putLong(page, at + page);
        }
        int length = (int) Math.min(BLOCK_BYTES, bytes - at);
        out.write(ByteBuffer.wrap(block, 0, length));
        at += length;
      }
    }
  }

  private static long rate(long bytes, long nanos) {
    return (long) (bytes * 1e9 / nanos);
  }

  private static long median(List<Long> values) {
    List<Long> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
