package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.store.Base;
import io.nereid.transfer.store.ChunkIndex;
import io.nereid.transfer.tree.TreeBuilder;
import io.nereid.transfer.wire.Bitmap;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.FrameHead;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one offer brings: decides what is needed, takes what arrives, completes. Manifests and the
 * completion come on the session's own thread, content on any.
 */
final class Intake implements AutoCloseable {
  private final SetLabel label;
  private final long offer;
  private final List<IncomingSet> sets;
  private final int[] baseNumbers;
  private final ChunkIndex index;
  private final ExecutorService pool;
  private final Optional<Neighbours> helpers;
  private final AtomicLong awaited = new AtomicLong();
  private final AtomicLong verifiedBytes = new AtomicLong();
  private final long bytesMax;
  private long volumeBytes;
  private volatile boolean sealed;

  /**
   * Prepares.
   *
   * @param helpers who may be asked beside the sender
   */
  Intake(
      SetLabel label,
      long offer,
      List<IncomingSet> sets,
      ChunkIndex index,
      ExecutorService pool,
      long bytesMax,
      Optional<Neighbours> helpers) {
    this.helpers = helpers;
    this.label = label;
    this.offer = offer;
    this.sets = List.copyOf(sets);
    this.index = index;
    this.pool = pool;
    this.bytesMax = bytesMax;
    this.baseNumbers = new int[sets.size()];
    Arrays.fill(baseNumbers, -1);
  }

  SetLabel label() {
    return label;
  }

  long offer() {
    return offer;
  }

  List<IncomingSet> sets() {
    return sets;
  }

  boolean sealed() {
    return sealed;
  }

  long verifiedBytes() {
    return verifiedBytes.get();
  }

  /** Chunks that were asked for and have not come. */
  long awaited() {
    return awaited.get();
  }

  /** The next part of a manifest; what is needed of the digests in it, or null for entries. */
  Need part(int number, long offset, byte[] data) throws IOException {
    if (number < 0 || number >= sets.size()) {
      throw new FrameException("set " + number + " of " + sets.size());
    }
    IncomingSet set = sets.get(number);
    IncomingSet.Part part = set.part(offset, data);
    if (set.manifest() != null && baseNumbers[number] < 0) {
      baseNumbers[number] = index.register(set);
      index.reserve(set.header().chunks());
    }
    return part.count() == 0 ? null : need(number, part.first(), data);
  }

  /** What is needed of some chunks; an empty bitmap is nothing. */
  record Need(int set, int first, int count, byte[] bitmap) {}

  private Need need(int number, int first, byte[] digests) throws IOException {
    IncomingSet set = sets.get(number);
    int count = digests.length / Chunks.DIGEST_BYTES;
    BaseCopier copier = new BaseCopier(set);
    Borrowing borrowing = new Borrowing(set, first, count, helpers);
    for (int i = 0; i < count; i++) {
      if (!set.isSettled(first + i) && !set.isRequested(first + i)) {
        decide(number, first + i, digests, i * Chunks.DIGEST_BYTES, copier, borrowing);
      }
    }
    if (!copier.isEmpty()) {
      copier.run(pool);
    }
    borrowing.begin(verifiedBytes);
    byte[] bitmap = null;
    long asked = 0;
    for (int i = 0; i < count; i++) {
      int chunk = first + i;
      int at = i * Chunks.DIGEST_BYTES;
      if (borrowing.has(chunk)) {
        continue;
      }
      if (!set.isSettled(chunk) && (set.isRequested(chunk) || isMine(number, chunk, digests, at))) {
        if (!set.isRequested(chunk)) {
          set.request(chunk);
          awaited.incrementAndGet();
          asked += length(set, chunk);
        }
        bitmap = bitmap == null ? Bitmap.of(count) : bitmap;
        Bitmap.set(bitmap, i);
      }
    }
    long fromSender = asked;
    helpers.ifPresent(h -> h.askedSender(fromSender));
    countSettled(set, first, count, borrowing);
    return new Need(number, first, count, bitmap == null ? new byte[0] : bitmap);
  }

  /**
   * Zeros and lost chunks are settled; what is elsewhere is copied; the first of equals is sent.
   */
  private void decide(
      int number, int chunk, byte[] digests, int at, BaseCopier copier, Borrowing borrowing) {
    IncomingSet set = sets.get(number);
    if (Digests.isZero(digests, at)) {
      set.there(chunk);
      return;
    }
    if (Digests.isAbsent(digests, at)) {
      requireAhead("chunks that cannot be read");
      set.settle(chunk);
      return;
    }
    if (set.kind() == TreeKind.VOLUMES) {
      volumeBytes += set.manifest().files().bytesOf(chunk, 1);
      if (volumeBytes > bytesMax) {
        throw tooMuch(bytesMax);
      }
    }
    long found = index.find(digests, at);
    if (found != ChunkIndex.NONE) {
      Base base = index.base((int) (found >>> 32));
      int from = (int) found;
      if (sets.contains(base) && !base.has(from)) {
        // An equal chunk of this offer is on its way: copied at the end.
        return;
      }
      if (base.has(from)) {
        copier.add(base, from, chunk);
      } else if (base instanceof RemoteBase remote) {
        borrowing.offer(remote, from, chunk);
      }
    } else {
      borrowing.offerLayer(chunk);
    }
    if (baseNumbers[number] >= 0) {
      index.put(digests, at, baseNumbers[number], chunk);
    }
  }

  static FailureException tooMuch(long bytesMax) {
    return new FailureException(
        Failure.refused(
            FailureCode.NO_SPACE,
            "more than the "
                + bytesMax
                + " bytes are offered that were reserved for this container",
            "free space at the target, or choose another one"));
  }

  private boolean isMine(int number, int chunk, byte[] digests, int at) {
    if (baseNumbers[number] < 0) {
      return true;
    }
    long found = index.find(digests, at);
    return found == (((long) baseNumbers[number] << 32) | chunk);
  }

  private static int length(IncomingSet set, int chunk) {
    FileTable files = set.manifest().files();
    return files.lengthOf(files.fileOf(chunk), chunk);
  }

  private void countSettled(IncomingSet set, int first, int count, Borrowing borrowing) {
    FileTable files = set.manifest().files();
    long bytes = 0;
    for (int chunk = first; chunk < first + count; chunk++) {
      // What is borrowed is counted when it comes.
      if (set.isSettled(chunk) && !borrowing.has(chunk)) {
        bytes += files.lengthOf(files.fileOf(chunk), chunk);
      }
    }
    verifiedBytes.addAndGet(bytes);
  }

  /**
   * Content has arrived.
   *
   * @param ranges pairs of first chunk and count
   * @throws FrameException when it was not asked for or does not have the right length
   * @throws FailureException DIGEST_MISMATCH when it is not what it should be
   */
  void content(FrameHead head, int[] ranges, byte[] data) throws IOException {
    if (head.set() >= sets.size()) {
      throw new FrameException("a frame for set " + head.set() + " of " + sets.size());
    }
    IncomingSet set = sets.get(head.set());
    boolean withdrawn = head.type() == FrameHead.WITHDRAWN;
    int chunksMax = withdrawn ? Protocol.PART_DIGESTS_MAX : Protocol.FRAME_BYTES_MAX;
    long expected = new RangeCheck(set).bytes(ranges, head.ranges(), chunksMax);
    if (withdrawn) {
      requireAhead("withdrawn chunks");
      forEach(ranges, head.ranges(), chunk -> settleAwaited(set, chunk));
      return;
    }
    if (expected != head.dataBytes()) {
      throw new FrameException(
          "a frame has " + head.dataBytes() + " bytes, its chunks have " + expected);
    }
    try (ChunkWriter writer = new ChunkWriter(set)) {
      int at = 0;
      for (int r = 0; r < head.ranges(); r++) {
        at = range(set, writer, ranges[2 * r], ranges[2 * r + 1], data, at);
      }
    }
    verifiedBytes.addAndGet(head.dataBytes());
    helpers.ifPresent(h -> h.senderGave(head.dataBytes()));
  }

  private int range(IncomingSet set, ChunkWriter writer, int first, int count, byte[] data, int at)
      throws IOException {
    FileTable files = set.manifest().files();
    for (int chunk = first; chunk < first + count; ) {
      int file = files.fileOf(chunk);
      int end = Math.min(first + count, files.endChunk(file));
      int start = at;
      for (int c = chunk; c < end; c++) {
        int length = files.lengthOf(file, c);
        if (!writer.matches(c, data, at, length)) {
          throw mismatch(set, file, c);
        }
        at += length;
      }
      writer.write(file, chunk, data, start, at - start);
      for (int c = chunk; c < end; c++) {
        if (set.there(c)) {
          awaited.decrementAndGet();
        }
      }
      chunk = end;
    }
    return at;
  }

  private void settleAwaited(IncomingSet set, int chunk) {
    if (set.settle(chunk)) {
      awaited.decrementAndGet();
    }
  }

  /** Waits for what others than the sender were asked for. */
  void awaitHelpers() throws IOException {
    if (helpers.isPresent()) {
      helpers.get().await();
    }
  }

  /** Copies what equals something that has arrived; returns how many chunks are still missing. */
  long resolve() throws IOException {
    long missing = 0;
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    for (int number = 0; number < sets.size(); number++) {
      IncomingSet set = sets.get(number);
      BaseCopier copier = new BaseCopier(set);
      for (int c = set.nextUnsettled(0); c >= 0; c = set.nextUnsettled(c + 1)) {
        if (set.isRequested(c)) {
          set.unrequest(c);
          awaited.decrementAndGet();
          continue;
        }
        set.manifest().digest(c, digest, 0);
        long found = index.find(digest, 0);
        Base base = found == ChunkIndex.NONE ? null : index.base((int) (found >>> 32));
        if (base != null && base.has((int) found)) {
          copier.add(base, (int) found, c);
        }
      }
      if (!copier.isEmpty()) {
        copier.run(pool);
      }
      for (int c = set.nextUnsettled(0); c >= 0; c = set.nextUnsettled(c + 1)) {
        set.manifest().digest(c, digest, 0);
        // The next offer finds nothing else and asks for it.
        if (baseNumbers[number] >= 0) {
          index.put(digest, 0, baseNumbers[number], c);
        }
      }
      missing += set.unsettled();
    }
    return missing;
  }

  /** Everything is there: owners, permissions, times. */
  void finish() throws IOException {
    for (IncomingSet set : sets) {
      TreeBuilder.finish(set.manifest(), set.dir());
    }
    sealed = true;
  }

  @Override
  public void close() {
    sets.forEach(IncomingSet::close);
  }

  private void requireAhead(String what) {
    if (label != SetLabel.AHEAD) {
      throw new FailureException(
          Failure.of(FailureCode.PROTOCOL, what + " in a set that must be complete", ""));
    }
  }

  private static FailureException mismatch(IncomingSet set, int file, int chunk) {
    FileTable files = set.manifest().files();
    return new FailureException(
        Failure.of(
            FailureCode.DIGEST_MISMATCH,
            "content of "
                + set.manifest().file(file).shownPath()
                + " ("
                + set.kind()
                + ") at byte "
                + files.offsetIn(file, chunk)
                + " is not what its digest says",
            "nothing of it was used; the network or the sender's memory or disk may be damaged"));
  }

  private interface ChunkAction {
    void on(int chunk);
  }

  private static void forEach(int[] ranges, int count, ChunkAction action) {
    for (int r = 0; r < count; r++) {
      for (int c = ranges[2 * r]; c < ranges[2 * r] + ranges[2 * r + 1]; c++) {
        action.on(c);
      }
    }
  }
}
