package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.linux.MountSafe;
import io.nereid.port.Loan;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.ManifestException;
import io.nereid.transfer.tree.DiskFailures;
import io.nereid.transfer.wire.FrameException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives for one migration. Work on manifests is done one after the other on a thread of its own;
 * content on the shared pool. The first failure ends it: the sender is told why, what was staged is
 * removed.
 */
final class Session {
  private static final Logger log = LoggerFactory.getLogger(Session.class);
  private static final int WAITING_MAX = 64;

  private final ReceiveRequest request;
  private final byte[] token;
  private final Path dir;
  private final ExecutorService lane;
  private final Semaphore waiting = new Semaphore(WAITING_MAX);
  private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();
  private final Map<SetLabel, ReceivedSet> complete = new EnumMap<>(SetLabel.class);
  private final List<ReceivedSet> rounds = new ArrayList<>();
  private final List<AutoCloseable> stored = new ArrayList<>();
  private final List<Intake> intakes = new ArrayList<>();
  private final Neighbours neighbours;
  private final IntakeFactory factory;
  private volatile Optional<Failure> failure = Optional.empty();
  private volatile Intake current;
  private volatile List<String> layers = List.of();
  private volatile boolean closed;
  private volatile long touchedNanos = System.nanoTime();

  Session(ReceiveRequest request, String token, Path dir, ReceiveContext context) {
    this.request = request;
    this.token = token.getBytes(StandardCharsets.US_ASCII);
    this.dir = dir;
    this.neighbours = new Neighbours(context.pulls().get());
    this.factory = new IntakeFactory(this, dir, context);
    this.lane =
        Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("transfer-" + request.migration()).factory());
  }

  ReceiveRequest request() {
    return request;
  }

  /** Compares in a time that does not depend on how much is right. */
  boolean isToken(String candidate) {
    return MessageDigest.isEqual(token, candidate.getBytes(StandardCharsets.UTF_8));
  }

  Optional<Failure> failure() {
    return failure;
  }

  boolean closed() {
    return closed;
  }

  /** Something happened: it does not expire. */
  void touch() {
    touchedNanos = System.nanoTime();
  }

  long idleNanos() {
    return System.nanoTime() - touchedNanos;
  }

  /** The offer that is being received or was received last, or null. */
  Intake current() {
    return current;
  }

  /** The layers that the sender wants to be here at the end. */
  void wantLayers(List<String> digests) {
    layers = List.copyOf(digests);
  }

  List<String> wantedLayers() {
    return layers;
  }

  void listen(SessionListener listener) {
    listeners.add(listener);
    failure.ifPresent(listener::failed);
  }

  void unlisten(SessionListener listener) {
    listeners.remove(listener);
  }

  /** Work to be done in order. */
  @FunctionalInterface
  interface Work {
    /** May block; what it throws fails the session, except what breaks the protocol. */
    void run() throws IOException;
  }

  /** Does work after all work before it. A broken protocol is told to the handler only. */
  void submit(Work work, java.util.function.Consumer<Failure> refused) {
    if (!waiting.tryAcquire()) {
      refused.accept(
          Failure.refused(FailureCode.BUSY, "too many requests at once for one transfer", ""));
      return;
    }
    try {
      lane.execute(() -> {
        try {
          if (failure.isPresent()) {
            refused.accept(failure.get());
          } else {
            touch();
            work.run();
          }
        } catch (IOException | RuntimeException e) {
          guard(e).ifPresent(refused);
        } finally {
          waiting.release();
        }
      });
    } catch (RejectedExecutionException e) {
      waiting.release();
      refused.accept(gone());
    }
  }

  /**
   * What broke the protocol, for the peer alone; everything else fails the session. An
   * InternalError is how the JVM reports that a page of a mapped file could not be read.
   */
  Optional<Failure> guard(Throwable e) {
    if (e instanceof FrameException || e instanceof ManifestException) {
      return Optional.of(
          Failure.of(
              FailureCode.PROTOCOL,
              "a message of the sender breaks the protocol: " + e.getMessage(),
              "run the same release of Nereid on both hosts"));
    }
    if (failure.isPresent()) {
      // What comes after the end only follows from it.
      return failure;
    }
    Failure why =
        e instanceof IOException io && !(e instanceof java.nio.channels.ClosedChannelException)
            ? DiskFailures.of("receiving", dir, io).failure()
            : FailureException.failureOf(e);
    if (why.code() == FailureCode.INTERNAL) {
      log.error("transfer {} failed", request.migration(), e);
    }
    fail(why);
    return Optional.of(why);
  }

  /** Ends it for everyone; the first failure counts. */
  void fail(Failure why) {
    synchronized (this) {
      if (failure.isPresent()) {
        return;
      }
      failure = Optional.of(why);
      complete.clear();
      rounds.clear();
    }
    log.warn("transfer {} fails: {}", request.migration(), why.message());
    listeners.forEach(l -> l.failed(why));
    cleanLater();
  }

  /** On the lane: the intake of this offer, the one there or a new one. */
  Intake begin(SetLabel label, long offer, List<IntakeFactory.Wanted> wanted) throws IOException {
    Intake now = current;
    if (now != null && now.label() == label && now.offer() == offer) {
      factory.requireSame(now, wanted);
      return now;
    }
    synchronized (this) {
      complete.remove(label);
      if (label == SetLabel.AHEAD) {
        // What they were rounds of is sent anew.
        rounds.clear();
      }
    }
    Intake next = factory.make(label, offer, wanted);
    intakes.add(next);
    current = next;
    return next;
  }

  Neighbours neighbours() {
    return neighbours;
  }

  /** Whether a set of this label may be helped with: not while a container waits for little. */
  boolean mayBeHelped(SetLabel label) {
    return label == SetLabel.AHEAD || (label == SetLabel.FINAL && intakes.isEmpty());
  }

  /** Has other hosts help with what is offered from now on; blocks while their lists come. */
  void help(List<Loan> loans) {
    List<RemoteBase> bases = neighbours.introduce(loans, dir);
    submit(
        () -> {
          bases.forEach(stored::add);
          factory.learn(bases);
        },
        failure -> bases.forEach(RemoteBase::close));
  }

  /** Bytes of content that came from elsewhere than the sender. */
  Map<NodeId, Long> borrowed() {
    return neighbours.bytesFrom();
  }

  private static void closeQuietly(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      log.debug("closing a base", e);
    }
  }

  /** On the lane: the set is whole. */
  void completed(Intake intake, ReceivedSet set) {
    synchronized (this) {
      if (failure.isEmpty()) {
        complete.put(intake.label(), set);
        if (intake.label() == SetLabel.ROUND) {
          rounds.add(set);
        }
        Thread.ofVirtual().name("set-whole").start(() -> request.whole().accept(intake.label()));
      }
    }
    log.debug(
        "transfer {}: {} is complete, {} trees",
        request.migration(),
        intake.label(),
        intake.sets().size());
  }

  /** On the lane: keeps a base open for as long as the session lasts. */
  void keep(AutoCloseable base) {
    stored.add(base);
  }

  /** A set that is whole. */
  synchronized Optional<ReceivedSet> received(SetLabel label) {
    return Optional.ofNullable(complete.get(label));
  }

  /** The rounds that are whole, the oldest first. */
  synchronized List<ReceivedSet> rounds() {
    return List.copyOf(rounds);
  }

  /** On the lane: the sender gives up this label. */
  void abort(SetLabel label, long offer) throws IOException {
    Intake now = current;
    if (now != null && now.label() == label && now.offer() == offer && !now.sealed()) {
      now.sets().forEach(set -> factory.discard(set));
    }
  }

  /** Ends it and removes what nobody took over; returns when that is done. */
  void close() {
    closed = true;
    Failure why = gone();
    failure = Optional.of(failure.orElse(why));
    listeners.forEach(l -> l.failed(why));
    cleanLater();
    lane.shutdown();
    boolean interrupted = false;
    while (!lane.isTerminated()) {
      try {
        lane.awaitTermination(1, java.util.concurrent.TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void cleanLater() {
    try {
      lane.execute(() -> {
        neighbours.close();
        intakes.forEach(intake -> intake.sets().forEach(factory::discard));
        intakes.forEach(Intake::close);
        intakes.clear();
        stored.forEach(Session::closeQuietly);
        stored.clear();
        factory.close();
        try {
          MountSafe.delete(dir);
        } catch (IOException e) {
          log.warn("could not remove {}: {}; the next start does", dir, e.getMessage());
        }
      });
    } catch (RejectedExecutionException e) {
      log.debug("transfer {} was closed already", request.migration());
    }
  }

  private Failure gone() {
    return Failure.of(
        FailureCode.CANCELLED,
        "the transfer " + request.migration() + " was closed at the receiver",
        "");
  }

  static Map<TreeKind, Path> rootsOf(Intake intake) {
    Map<TreeKind, Path> roots = new EnumMap<>(TreeKind.class);
    for (IncomingSet set : intake.sets()) {
      if (set.kind() != TreeKind.LAYER) {
        roots.put(set.kind(), set.root());
      }
    }
    return roots;
  }
}
