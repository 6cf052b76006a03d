package io.nereid.transfer.receive;

import io.nereid.domain.id.NodeId;
import io.nereid.port.Loan;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.pull.FetchedManifest;
import io.nereid.transfer.pull.Goodput;
import io.nereid.transfer.pull.PullPool;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts that help one session: what they have is fetched from them beside what the sender sends.
 * Decides who gives what by what each has got done lately. What they do not give is asked of the
 * sender in the end, so they can only help.
 */
final class Neighbours implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Neighbours.class);

  /** So much is asked of the sender before it is known how fast it is. */
  private static final long FIRST_BYTES = 2L << 20;

  /** What a neighbour is believed to do before it has shown what it does. */
  private static final double BELIEVED_BYTES_PER_SECOND = 100e6;

  /** Asking somebody else costs this, in seconds. */
  private static final double DETOUR_SECONDS = 0.005;

  private static final long LOOK_MS = 100;

  /** When there is nothing to wait for but neighbours, they are judged after this. */
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  private final PullPool pool;
  private final Goodput sender = new Goodput();
  private final AtomicLong owed = new AtomicLong();

  Neighbours(PullPool pool) {
    this.pool = pool;
  }

  /**
   * Begins to ask them, and fetches the lists of what they lend; blocks for as long as that takes.
   */
  List<RemoteBase> introduce(List<Loan> loans, Path dir) {
    List<RemoteBase> bases = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    loans.forEach(pool::add);
    for (Loan loan : loans) {
      for (Loan.Item item : loan.items()) {
        String tree = PullPool.treeOf(item);
        if (item.snapshot().isPresent() && seen.add(tree)) {
          try {
            bases.add(base(item, tree, dir.resolve("neighbour-" + seen.size() + ".manifest")));
          } catch (IOException e) {
            log.info("{} of host {} is of no help: {}", item.kind(), loan.host(), e.getMessage());
          }
        }
      }
    }
    return bases;
  }

  private RemoteBase base(Loan.Item item, String tree, Path file) throws IOException {
    FetchedManifest.fetch(pool, tree, item.manifestBytes(), file);
    Manifest manifest = Manifest.open(file);
    if (!HexFormat.of().formatHex(manifest.sha256()).equals(item.manifest())) {
      manifest.close();
      throw new IOException("its list is another one than it said");
    }
    return new RemoteBase(tree, manifest);
  }

  /** Whether some host lends this. */
  boolean have(String tree) {
    return pool.has(tree);
  }

  /** The sender was asked for something. */
  void askedSender(long bytes) {
    if (bytes > 0) {
      owed.addAndGet(bytes);
      sender.busy();
    }
  }

  /** The sender has sent something. */
  void senderGave(long bytes) {
    sender.arrived(bytes, owed.addAndGet(-bytes) > 0);
  }

  /**
   * Whether neighbours give so much sooner than the sender would give its part.
   *
   * @param bytes with which neighbours would be asked for so much at once
   * @param ofSender bytes with which the sender would
   */
  boolean areSooner(long bytes, long ofSender) {
    double senders = sender.bytesPerSecond();
    long waiting = owed.get();
    if (senders == 0) {
      return waiting + ofSender > FIRST_BYTES;
    }
    double theirs = pool.bytesPerSecond();
    double fromThem =
        DETOUR_SECONDS
            + (pool.backlog() + bytes) / (theirs == 0 ? BELIEVED_BYTES_PER_SECOND : theirs);
    return fromThem < (waiting + ofSender) / senders;
  }

  /** Fetches chunks of a tree, each a pair of its number there (upper half) and its number here. */
  void fetch(String tree, FileTable files, IncomingSet set, long[] pairs, AtomicLong verified) {
    Arrays.sort(pairs);
    int from = 0;
    int bytes = 0;
    for (int i = 0; i < pairs.length; i++) {
      int chunk = (int) (pairs[i] >>> 32);
      int length = files.lengthOf(files.fileOf(chunk), chunk);
      boolean full =
          bytes + length > Protocol.FRAME_BYTES_MAX || i - from >= Protocol.FRAME_RANGES_MAX;
      if (full) {
        span(tree, set, Arrays.copyOfRange(pairs, from, i), bytes, verified);
        from = i;
        bytes = 0;
      }
      bytes += length;
    }
    if (bytes > 0) {
      span(tree, set, Arrays.copyOfRange(pairs, from, pairs.length), bytes, verified);
    }
  }

  private void span(String tree, IncomingSet set, long[] pairs, int bytes, AtomicLong verified) {
    pool.fetch(new BorrowedChunks(tree, set, pairs, bytes, verified));
  }

  /**
   * Waits until all that was asked of them is here, or the sender would be sooner with the rest.
   *
   * @throws IOException when what came could not be written
   */
  void await() throws IOException {
    long begun = System.nanoTime();
    while (!pool.awaitIdle(LOOK_MS)) {
      if (System.nanoTime() - begun < PATIENCE_NANOS) {
        continue;
      }
      double senders = sender.bytesPerSecond();
      double theirs = pool.bytesPerSecond();
      long left = pool.backlog();
      if (senders > 0 && theirs * 2 < senders) {
        log.info("the sender gives {} bytes that neighbours are slow with", left);
        pool.giveUp();
      }
    }
  }

  /** Bytes of content that each has given. */
  Map<NodeId, Long> bytesFrom() {
    return pool.bytesFrom();
  }

  @Override
  public void close() {
    pool.close();
  }
}
