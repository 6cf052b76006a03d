package io.nereid.transfer.send;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.transfer.v1.Needed;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.source.ChunkReader;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.wire.Bitmap;
import io.nereid.transfer.wire.FrameHead;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Sends the chunks that the receiver has asked for, in the order of its asking, on a thread of its
 * own. Neighbouring and scattered chunks share frames; nothing is kept back when there is nothing
 * to wait for.
 */
final class NeedServer {
  private static final long IDLE_MS = 100;
  private static final Needed NOTHING = Needed.getDefaultInstance();

  private final List<SourceSet> sets;
  private final DataLink link;
  private final Watch watch;
  private final Meter meter;
  private final List<Throttle> throttles;
  private final Runnable answered;
  private final BlockingQueue<Needed> asked;
  private final MessageDigest sha = Digests.sha256();
  private final byte[] scratch = new byte[Chunks.FILE_CHUNK_BYTES];
  private final byte[] digest = new byte[Chunks.DIGEST_BYTES];

  private final int[] ranges = new int[2 * Protocol.FRAME_RANGES_MAX];
  private int rangeCount;
  private int frameSet;
  private ByteBuffer frame;
  private ChunkReader reader;
  private volatile boolean stopped;

  /** At most {@code askedMax} requests may wait; {@code answered} runs after each. */
  NeedServer(
      List<SourceSet> sets,
      DataLink link,
      Watch watch,
      Meter meter,
      List<Throttle> throttles,
      int askedMax,
      Runnable answered) {
    this.sets = sets;
    this.link = link;
    this.watch = watch;
    this.meter = meter;
    this.throttles = throttles;
    this.answered = answered;
    this.asked = new LinkedBlockingQueue<>(askedMax);
  }

  /** The receiver needs this; any thread. */
  void need(Needed needed) {
    String wrong = problem(needed);
    if (wrong != null) {
      watch.fail(
          new FailureException(
              Failure.of(FailureCode.PROTOCOL, "the receiver asked for " + wrong, "")));
    } else if (!asked.offer(needed)) {
      watch.fail(
          new FailureException(
              Failure.of(FailureCode.PROTOCOL, "the receiver asked for more than offered", "")));
    }
  }

  private String problem(Needed n) {
    if (n.getSet() < 0 || n.getSet() >= sets.size()) {
      return "a set that does not exist";
    }
    long end = Integer.toUnsignedLong(n.getFirstChunk()) + Integer.toUnsignedLong(n.getCount());
    if (n.getCount() < 0
        || n.getCount() > Protocol.PART_DIGESTS_MAX
        || end > sets.get(n.getSet()).hashed()) {
      return "chunks that were not offered";
    }
    int bytes = n.getBitmap().size();
    return bytes == 0 || bytes == (n.getCount() + 7) / 8 ? null : "chunks in a broken bitmap";
  }

  /** Works until stopped or something fails. */
  void run() {
    try {
      while (!stopped && !watch.failed()) {
        Needed next = asked.poll();
        if (next == null) {
          flush();
          next = asked.poll(IDLE_MS, TimeUnit.MILLISECONDS);
        }
        if (next != null && next != NOTHING) {
          serve(next);
          answered.run();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      watch.fail(e);
    } catch (IOException | RuntimeException e) {
      watch.fail(e);
    } finally {
      if (frame != null) {
        link.giveBack(frame);
      }
      if (reader != null) {
        reader.close();
      }
    }
  }

  /** Ends the work at once when it waits; whoever stops it does so while a container is frozen. */
  void stop() {
    stopped = true;
    asked.offer(NOTHING);
  }

  private void serve(Needed needed) throws IOException {
    SourceSet set = sets.get(needed.getSet());
    FileTable files = set.manifest().files();
    long bytes = files.bytesOf(needed.getFirstChunk(), needed.getCount());
    if (!needed.getBitmap().isEmpty()) {
      enter(needed.getSet());
      byte[] bitmap = needed.getBitmap().toByteArray();
      int end = needed.getCount();
      for (int i = 0; i < end; i++) {
        if (Bitmap.get(bitmap, i)) {
          int from = i;
          while (i + 1 < end && Bitmap.get(bitmap, i + 1)) {
            i++;
          }
          run(set, needed.getFirstChunk() + from, needed.getFirstChunk() + i + 1);
        }
      }
    }
    meter.done(bytes);
  }

  private void enter(int set) throws IOException {
    if (reader == null || frameSet != set) {
      flush();
      if (reader != null) {
        reader.close();
      }
      reader = new ChunkReader(sets.get(set));
      frameSet = set;
    }
  }

  private void run(SourceSet set, int from, int to) throws IOException {
    FileTable files = set.manifest().files();
    for (int chunk = from; chunk < to; ) {
      int file = files.fileOf(chunk);
      int bytes = files.lengthOf(file, chunk);
      if (frame != null && (frame.remaining() < bytes || rangeCount == Protocol.FRAME_RANGES_MAX)) {
        flush();
      }
      if (frame == null) {
        frame = link.buffer();
      }
      int fit = Math.max(1, frame.remaining() / files.chunkBytes(file));
      int count = Math.min(Math.min(to, files.endChunk(file)) - chunk, fit);
      add(set, file, chunk, count);
      chunk += count;
    }
  }

  private void add(SourceSet set, int file, int chunk, int count) throws IOException {
    FileTable files = set.manifest().files();
    int start = frame.position();
    int wanted =
        (int)
            (Math.min(files.size(file), files.offsetIn(file, chunk + count))
                - files.offsetIn(file, chunk));
    int got = reader.read(file, chunk, count, frame);
    if (got == wanted && (!set.checkedAgain() || unchanged(set, file, chunk, count, start))) {
      range(chunk, count);
      return;
    }
    // Only a tolerant set comes here: give these chunks up, they will be decided by the final set.
    frame.position(start);
    flush();
    link.send(FrameHead.WITHDRAWN, frameSet, new int[] {chunk, count}, 1, link.buffer());
  }

  private boolean unchanged(SourceSet set, int file, int chunk, int count, int start) {
    FileTable files = set.manifest().files();
    int at = start;
    for (int c = chunk; c < chunk + count; c++) {
      int bytes = files.lengthOf(file, c);
      frame.get(at, scratch, 0, bytes);
      Digests.ofChunk(sha, scratch, 0, bytes, digest, 0);
      if (!set.manifest().digestIs(c, digest, 0)) {
        if (!set.tolerant()) {
          throw reader.changedFailure(file, "its content differs");
        }
        return false;
      }
      at += bytes;
    }
    return true;
  }

  private void range(int chunk, int count) {
    if (rangeCount > 0 && ranges[2 * rangeCount - 2] + ranges[2 * rangeCount - 1] == chunk) {
      ranges[2 * rangeCount - 1] += count;
    } else {
      ranges[2 * rangeCount] = chunk;
      ranges[2 * rangeCount + 1] = count;
      rangeCount++;
    }
  }

  private void flush() throws IOException {
    if (frame == null) {
      return;
    }
    ByteBuffer full = frame;
    frame = null;
    if (rangeCount == 0) {
      link.giveBack(full);
      return;
    }
    try {
      for (Throttle throttle : throttles) {
        throttle.take(full.position(), watch::check);
      }
    } catch (IOException | RuntimeException e) {
      link.giveBack(full);
      throw e;
    }
    link.send(FrameHead.CHUNKS, frameSet, ranges, rangeCount, full);
    rangeCount = 0;
  }
}
