package io.nereid.transfer.send;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.linux.MountSafe;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.transfer.v1.AbortRequest;
import io.nereid.protocol.transfer.v1.Credentials;
import io.nereid.protocol.transfer.v1.HelloReply;
import io.nereid.protocol.transfer.v1.HelloRequest;
import io.nereid.transfer.source.ChunkReader;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.Messages;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of send: scans once, then attempts until it is done or has been broken for too long. */
public final class SendJob {
  private static final Logger log = LoggerFactory.getLogger(SendJob.class);
  private static final long BACKOFF_FIRST_MS = 50;
  private static final long BACKOFF_MAX_MS = 1_000;

  private final SendContext context;
  private final SendRequest request;
  private final Meter meter;
  private final Credentials credentials;
  private final long offer = ThreadLocalRandom.current().nextLong();
  private final List<SourceSet> sets = new ArrayList<>();
  private List<Throttle> throttles = List.of();
  private Path scratch;
  private boolean layersAsked;
  private int attemptsMade;
  private volatile boolean cancelled;

  SendJob(SendContext context, SendRequest request, Meter meter) {
    this.context = context;
    this.request = request;
    this.meter = meter;
    this.credentials =
        Credentials.newBuilder()
            .setMigration(request.migration().value())
            .setToken(request.ticket().token())
            .setLabel(Messages.label(request.label()))
            .setOffer(offer)
            .build();
  }

  /** Ends it: it fails with CANCELLED, soon. */
  void cancel() {
    cancelled = true;
  }

  /** Blocks until the receiver has everything. */
  SendReport run() {
    long started = System.nanoTime();
    try {
      throttles = throttles();
      scratch = Files.createTempDirectory(context.scratch(), "send-");
      scan();
      int reconnects = attempts();
      meter.tellNow();
      remember();
      return new SendReport(meter.total(), meter.sentBytes(), reconnects, tookMs(started));
    } catch (FailureException e) {
      throw e;
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(
              FailureCode.INTERNAL,
              "cannot send: " + Watch.reason(e),
              "look at the file system and the daemon's log"),
          e);
    } finally {
      sets.forEach(SourceSet::close);
      clean();
    }
  }

  /** The rest of a frozen container is waited for: only a limit of its own holds it back. */
  private List<Throttle> throttles() {
    Throttle own = new Throttle(request.bandwidthBytesPerSecond());
    return request.label().isOfFrozen()
        ? List.of(context.finalThrottle(), own)
        : List.of(context.throttle(), own);
  }

  private void scan() throws IOException {
    boolean tolerant = request.label() == SetLabel.AHEAD;
    long total = 0;
    for (Tree tree : request.trees()) {
      boolean mayChange = tolerant && tree.kind() != TreeKind.IMAGES;
      SourceSet set = SourceSet.scan(tree, mayChange, scratch.resolve(sets.size() + ".manifest"));
      sets.add(set);
      total += set.manifest().header().contentBytes();
    }
    meter.total(total);
  }

  private int attempts() throws IOException {
    int reconnects = 0;
    long brokenSince = 0;
    long backoff = BACKOFF_FIRST_MS;
    while (true) {
      long before = meter.sentBytes();
      Watch watch = new Watch(() -> cancelled);
      try (ControlLink control = new ControlLink(context.clients(), way(), watch, meter);
          DataLink data = new DataLink(context.vertx(), watch, meter)) {
        try {
          meter.restart();
          attempt(control, data, watch);
          return reconnects;
        } catch (FailureException e) {
          abort(control, e.failure());
          explain(e.failure());
          throw e;
        } catch (LinkException e) {
          control.drop();
          context.route().broken(request.ticket());
          throw e;
        }
      } catch (LinkException e) {
        long now = System.nanoTime();
        // Whatever went through counts as "it works": only lasting silence ends it.
        if (brokenSince == 0 || meter.sentBytes() - before > Protocol.PART_BYTES_MAX) {
          brokenSince = now;
          backoff = BACKOFF_FIRST_MS;
        }
        long brokenMs = TimeUnit.NANOSECONDS.toMillis(now - brokenSince);
        log.info("transfer of {} to {}: {}", request.migration(), request.ticket(), e.getMessage());
        if (brokenMs + backoff > context.retryMs()) {
          throw lost(brokenMs, e);
        }
        pause(backoff);
        backoff = Math.min(BACKOFF_MAX_MS, 2 * backoff);
        reconnects++;
      }
    }
  }

  private void attempt(ControlLink control, DataLink data, Watch watch) throws IOException {
    if (attemptsMade++ == 0 && context.greeted().knows(request)) {
      addLayers(List.of());
    } else {
      greet(control);
    }
    DataHello greeting =
        new DataHello(request.migration(), request.ticket().token(), request.label(), offer);
    new SendAttempt(sets, pool(), context.hashThreads() + 1, control, watch, meter)
        .run(way(), credentials, greeting, data, throttles);
    context.greeted().arrived(request);
  }

  /** Where its connections go to: another place than the receiver when something is in between. */
  private TransferTicket way() throws LinkException {
    return context.route().to(request.ticket());
  }

  private java.util.concurrent.ExecutorService pool() {
    return request.label().isOfFrozen() ? context.hashPool() : context.civilPool();
  }

  private void greet(ControlLink control) throws IOException {
    HelloReply hello =
        control.hello(
            HelloRequest.newBuilder()
                .setVersion(Protocol.VERSION)
                .setCredentials(credentials)
                .addAllFeatures(Protocol.FEATURES)
                .addAllLayers(request.layers())
                .build());
    Set<String> features = Set.copyOf(hello.getFeaturesList());
    if (hello.getVersion() != Protocol.VERSION
        || !features.containsAll(Protocol.FEATURES_REQUIRED)) {
      throw new FailureException(
          Failure.of(
              FailureCode.INCOMPATIBLE,
              "the receiving host speaks version " + hello.getVersion() + " with " + features,
              "run the same release of Nereid on both hosts"));
    }
    addLayers(hello.getLayersMissingList());
  }

  /** Fixed by the first answer, so that every attempt offers the same sets. */
  private void addLayers(List<String> missing) throws IOException {
    if (layersAsked) {
      return;
    }
    layersAsked = true;
    long layersTotal = 0;
    for (String digest : request.layers()) {
      layersTotal += context.layers().bytes(digest);
      if (missing.contains(digest)) {
        sets.add(
            SourceSet.layer(
                digest, context.layers().rootfs(digest), context.layers().manifest(digest)));
      } else {
        meter.done(context.layers().bytes(digest));
      }
    }
    meter.total(meter.total() + layersTotal);
  }

  /** Content that does not match is most often a file that somebody has written to. */
  private void explain(Failure failure) throws IOException {
    if (failure.code() == FailureCode.DIGEST_MISMATCH) {
      for (SourceSet set : sets) {
        try (ChunkReader reader = new ChunkReader(set)) {
          reader.requireUnchanged();
        }
      }
    }
  }

  private void abort(ControlLink control, Failure failure) {
    control.abort(
        AbortRequest.newBuilder()
            .setCredentials(credentials)
            .setReason(Messages.refusal(failure))
            .build());
  }

  private FailureException lost(long brokenMs, LinkException e) {
    return new FailureException(
        Failure.of(
            FailureCode.CONNECTION_LOST,
            "the connection to "
                + request.ticket()
                + " has been broken for "
                + brokenMs
                + " ms: "
                + e.getMessage(),
            "check the network between the hosts and that Nereid runs on the other one"),
        e);
  }

  private void pause(long ms) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    while (!cancelled && System.nanoTime() < until) {
      LockSupport.parkNanos(Math.min(until - System.nanoTime(), 20_000_000L));
    }
  }

  /** The images may be kept as a base later; their digests are known now. */
  private void remember() throws IOException {
    for (SourceSet set : sets) {
      if (set.kind() == TreeKind.IMAGES) {
        context.known().put(set.root(), set.manifest().path());
      }
    }
  }

  private void clean() {
    if (scratch != null) {
      try {
        MountSafe.delete(scratch);
      } catch (IOException e) {
        log.warn("could not remove {}: {}; the next start does", scratch, e.getMessage());
      }
    }
  }

  private static long tookMs(long started) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
  }
}
