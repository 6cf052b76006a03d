package io.nereid.transfer.send;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.transfer.v1.Credentials;
import io.nereid.protocol.transfer.v1.ManifestPart;
import io.nereid.protocol.transfer.v1.OfferBegin;
import io.nereid.protocol.transfer.v1.OfferPart;
import io.nereid.protocol.transfer.v1.OfferReply;
import io.nereid.protocol.transfer.v1.SealReply;
import io.nereid.protocol.transfer.v1.SealRequest;
import io.nereid.protocol.transfer.v1.SetHeader;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.source.SpanHasher;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.Messages;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * One connection's worth of sending: offers everything from the start, sends what is asked for,
 * seals. What was hashed in an earlier attempt is not hashed again.
 */
final class SendAttempt {
  /** Parts of digests that are offered and not yet served. */
  private static final int WINDOW = 64;

  private static final int OFFERS_MAX = 4;
  private static final String ACCEPTING = "waiting for the receiver to accept the offer";

  private final List<SourceSet> sets;
  private final ExecutorService hashPool;
  private final int hashAhead;
  private final ControlLink control;
  private final Watch watch;
  private final Meter meter;
  private final Semaphore window = new Semaphore(WINDOW);
  private final Promise<Void> accepted = Promise.promise();
  private NeedServer needs;
  private volatile long verifiedBytes;

  SendAttempt(
      List<SourceSet> sets,
      ExecutorService hashPool,
      int hashAhead,
      ControlLink control,
      Watch watch,
      Meter meter) {
    this.sets = sets;
    this.hashPool = hashPool;
    this.hashAhead = hashAhead;
    this.control = control;
    this.watch = watch;
    this.meter = meter;
  }

  /** Returns when the receiver has sealed everything. */
  void run(TransferTicket ticket, Credentials who, DataHello hello, DataLink data, List<Throttle> t)
      throws IOException {
    needs = new NeedServer(sets, data, watch, meter, t, WINDOW, window::release);
    OfferBegin.Builder begin = OfferBegin.newBuilder().setCredentials(who);
    for (SourceSet set : sets) {
      begin.addSets(
          SetHeader.newBuilder()
              .setKind(Messages.kind(set.kind()))
              .setLayer(set.layer())
              .setHeader(ByteString.copyFrom(set.manifest().header().encode())));
    }
    control.open(OfferPart.newBuilder().setBegin(begin).build(), this::reply);
    // Beside the offer, which need not wait for it: a frozen container may wait for both.
    Thread server =
        Thread.ofVirtual()
            .name("transfer-needs")
            .start(() -> {
              if (connect(ticket, hello, data)) {
                needs.run();
              }
            });
    try {
      for (int i = 0; i < sets.size(); i++) {
        offerEntries(i);
      }
      for (int offers = 1; ; offers++) {
        offerDigests();
        watch.acquire(window, WINDOW);
        window.release(WINDOW);
        // It goes by another stream and must not overtake the offer, which may have no digests.
        watch.await(accepted.future(), ACCEPTING);
        SealReply reply = control.seal(sealRequest(who));
        if (reply.getSealed()) {
          control.finish();
          return;
        }
        if (offers == OFFERS_MAX) {
          throw protocol("still misses " + reply.getMissingChunks() + " chunks");
        }
        meter.restart();
      }
    } finally {
      needs.stop();
      join(server);
    }
  }

  private boolean connect(TransferTicket ticket, DataHello hello, DataLink data) {
    try {
      watch.await(accepted.future(), ACCEPTING);
      data.connect(ticket, hello);
      return true;
    } catch (IOException | RuntimeException e) {
      watch.fail(e);
      return false;
    }
  }

  private void reply(OfferReply reply) {
    switch (reply.getReplyCase()) {
      case ACCEPTED -> accepted.tryComplete();
      case NEEDED -> {
        watch.progressed();
        needs.need(reply.getNeeded());
      }
      case ALIVE -> alive(reply.getAlive().getVerifiedBytes());
      case REFUSAL -> {
        FailureException refused = new FailureException(Messages.failure(reply.getRefusal()));
        accepted.tryFail(refused);
        watch.fail(refused);
      }
      case REPLY_NOT_SET -> watch.fail(protocol("sent a reply without content"));
    }
  }

  private void alive(long verified) {
    if (verified != verifiedBytes) {
      verifiedBytes = verified;
      watch.progressed();
    }
    meter.tellSometimes();
  }

  private void offerEntries(int number) throws IOException {
    Manifest manifest = sets.get(number).manifest();
    long end = manifest.header().digestsOffset();
    try (FileChannel file = FileChannel.open(manifest.path(), StandardOpenOption.READ)) {
      for (long at = ManifestHeader.BYTES; at < end; ) {
        byte[] part = new byte[(int) Math.min(Protocol.PART_BYTES_MAX, end - at)];
        ByteBuffer into = ByteBuffer.wrap(part);
        while (into.hasRemaining() && file.read(into, at + into.position()) > 0) {}
        write(number, at, part);
        at += part.length;
      }
    }
  }

  private record Ahead(int set, int first, int count, Future<SpanHasher.Span> hashing) {}

  private void offerDigests() throws IOException {
    Deque<Ahead> queue = new ArrayDeque<>();
    try {
      for (int i = 0; i < sets.size(); i++) {
        SourceSet set = sets.get(i);
        int chunks = set.manifest().header().chunks();
        for (int first = 0; first < chunks; ) {
          int count = SpanHasher.spanCount(set.manifest().files(), first);
          int from = first;
          Future<SpanHasher.Span> hashing =
              first < set.hashed()
                  ? null
                  : hashPool.submit(() -> SpanHasher.hash(set, from, count));
          queue.add(new Ahead(i, first, count, hashing));
          if (queue.size() > hashAhead) {
            offer(queue.remove());
          }
          first += count;
        }
      }
      while (!queue.isEmpty()) {
        offer(queue.remove());
      }
    } finally {
      for (Ahead left : queue) {
        if (left.hashing != null) {
          left.hashing.cancel(false);
        }
      }
    }
  }

  private void offer(Ahead next) throws IOException {
    SourceSet set = sets.get(next.set);
    byte[] digests;
    if (next.hashing == null) {
      digests = new byte[next.count * Chunks.DIGEST_BYTES];
      set.manifest().digests(next.first, next.count, digests);
    } else {
      digests = watch.get(next.hashing).digests();
      set.addDigests(next.first, digests, next.count);
    }
    watch.acquire(window, 1);
    long offset = set.manifest().header().digestsOffset() + (long) next.first * Chunks.DIGEST_BYTES;
    write(next.set, offset, digests);
  }

  private void write(int set, long offset, byte[] data) throws IOException {
    ManifestPart part =
        ManifestPart.newBuilder()
            .setSet(set)
            .setOffset(offset)
            .setData(UnsafeByteOperations.unsafeWrap(data))
            .build();
    control.write(OfferPart.newBuilder().setManifest(part).build());
  }

  private SealRequest sealRequest(Credentials who) {
    SealRequest.Builder request = SealRequest.newBuilder().setCredentials(who);
    for (SourceSet set : sets) {
      request.addManifestDigests(ByteString.copyFrom(set.manifest().sha256()));
    }
    return request.build();
  }

  private static FailureException protocol(String what) {
    return new FailureException(
        Failure.of(FailureCode.PROTOCOL, "the receiving host " + what, "look at its log"));
  }

  private static void join(Thread server) {
    boolean interrupted = false;
    while (true) {
      try {
        server.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
