package io.nereid.coordinator.testkit;

import io.nereid.bus.BusClient;
import io.nereid.bus.BusServer;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.node.NodeReport;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NymphMessages.CommandRequest;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import io.nereid.protocol.message.RecoveryMessages.Pong;
import io.nereid.protocol.message.SnapshotMessages.Held;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A nymph on the bus whose containers are entries of a {@link NymphModel}. Tests can hold a step,
 * make it fail, or swallow its answers. All models of a test share one lock.
 */
public final class FakeNymph {
  /** The only one there is. */
  public static final String LAYER = "ab".repeat(32);

  private static final long REPORT_MS = 200;
  private final Object world;
  public final NymphModel model;
  private final Vertx vertx;
  private final BusServer server;
  private final BusClient client;
  private final Map<Class<?>, CountDownLatch> held = new ConcurrentHashMap<>();
  private final Map<Class<?>, Failure> failing = new ConcurrentHashMap<>();
  private final Map<Class<?>, CountDownLatch> begun = new ConcurrentHashMap<>();
  public final Map<String, Failure> failingCommands = new ConcurrentHashMap<>();
  public final AtomicLong memory = new AtomicLong(1L << 30);

  /** What it says of itself as a destination. */
  public volatile Supplier<TargetFacts> target;

  /** Steps are done but never answered while this is set. */
  public volatile boolean mute;

  private volatile boolean running = true;
  private long timer;

  public FakeNymph(Vertx vertx, NymphModel model, Object world) {
    this.vertx = vertx;
    this.model = model;
    this.world = world;
    this.server = new BusServer(vertx);
    this.client = new BusClient(vertx);
    this.target = () -> Examples.there(model.node);
  }

  public FakeNymph start() {
    NodeId node = model.node;
    model.host(this::perform);
    server.serveBlocking(Addresses.STEP.at(node), this::step).await();
    server.serveBlocking(Addresses.PING.at(node), q -> new Pong(node)).await();
    server.serveBlocking(Addresses.HELD.at(node), q -> held()).await();
    server.serveBlocking(Addresses.SNAPSHOT.at(node), this::snapshot).await();
    server.serveBlocking(Addresses.CREATE.at(node), this::create).await();
    server.serveBlocking(Addresses.NYMPH_COMMAND.at(node), this::command).await();
    server.serveBlocking(Addresses.NYMPH_REPORT.at(node), q -> report()).await();
    server
        .serveBlocking(
            Addresses.SOURCE_FACTS.at(node), q -> Examples.facts(model.copies.get(q.id())))
        .await();
    server.serveBlocking(Addresses.TARGET_FACTS.at(node), q -> target.get()).await();
    timer =
        vertx.setPeriodic(
            REPORT_MS, t -> client.ask(Addresses.REPORT, report()).onFailure(e -> {}));
    return this;
  }

  /** Leaves the bus and forgets what was in memory, as a killed process does. */
  public void kill(boolean restoreCameThrough) {
    running = false;
    vertx.cancelTimer(timer);
    server.close().otherwiseEmpty().await();
    synchronized (world) {
      model.crash(restoreCameThrough);
    }
    held.values().forEach(CountDownLatch::countDown);
  }

  /** Steps of this kind wait until {@link #release}. */
  public void hold(Class<? extends StepCommand> kind) {
    held.put(kind, new CountDownLatch(1));
    begun.put(kind, new CountDownLatch(1));
  }

  public void release(Class<? extends StepCommand> kind) {
    letGo(kind);
  }

  /** Waits until a held step has begun. */
  public void awaitBegun(Class<? extends StepCommand> kind) {
    try {
      if (!begun.get(kind).await(20, TimeUnit.SECONDS)) {
        throw new AssertionError(kind.getSimpleName() + " did not begin on " + model.node);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public void fail(Class<? extends StepCommand> kind, Failure failure) {
    failing.put(kind, failure);
  }

  public void heal() {
    failing.clear();
    failingCommands.clear();
    List.copyOf(held.keySet()).forEach(this::letGo);
  }

  private void letGo(Class<?> kind) {
    Optional.ofNullable(held.remove(kind)).ifPresent(CountDownLatch::countDown);
  }

  private void perform(NymphModel.Job job) {
    Class<?> kind = job.request.command().getClass();
    Thread.startVirtualThread(() -> {
      try {
        Optional.ofNullable(begun.get(kind)).ifPresent(CountDownLatch::countDown);
        CountDownLatch latch = held.get(kind);
        if (latch != null && !latch.await(60, TimeUnit.SECONDS)) {
          return;
        }
        synchronized (world) {
          if (running) {
            model.perform(job, Optional.ofNullable(failing.get(kind)));
            world.notifyAll();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }

  private StepReply step(StepRequest request) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.waitMs());
    synchronized (world) {
      NymphModel.Job job = model.ask(request);
      while (job.reply == null && running) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          break;
        }
        try {
          world.wait(left);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      while (mute && running) {
        try {
          world.wait(REPORT_MS);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      return NymphModel.replyOf(job);
    }
  }

  private ContainerStatus create(CreateRequest q) {
    refuse("create");
    synchronized (world) {
      fence(q.fence(), q.id());
      ContainerStatus status =
          Examples.status(
              q.id(),
              q.name(),
              q.start() ? ContainerState.RUNNING : ContainerState.CREATED,
              q.fence().epoch().value(),
              q.network());
      model.put(status, "created");
      return status;
    }
  }

  private ContainerStatus command(CommandRequest q) {
    refuse(q.action().getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
    synchronized (world) {
      fence(q.fence(), q.id());
      ContainerStatus copy = model.copies.get(q.id());
      if (copy == null) {
        throw new FailureException(
            Failure.refused(FailureCode.NOT_FOUND, "no such container here", ""));
      }
      ContainerState next =
          switch (q.action()) {
            case ContainerAction.Start a -> ContainerState.RUNNING;
            case ContainerAction.Stop a -> ContainerState.STOPPED;
            case ContainerAction.Kill a -> ContainerState.STOPPED;
            case ContainerAction.Pause a -> ContainerState.PAUSED;
            case ContainerAction.Unpause a -> ContainerState.RUNNING;
            case ContainerAction.Remove a -> ContainerState.STOPPED;
            case ContainerAction.Protect a -> copy.state();
          };
      ContainerStatus status =
          q.action() instanceof ContainerAction.Protect p
              ? NymphModel.protect(copy, p.wish())
              : NymphModel.state(copy, next);
      if (q.action() instanceof ContainerAction.Remove) {
        model.copies.remove(q.id());
      } else {
        model.put(status, "commanded");
      }
      return status;
    }
  }

  private Held held() {
    synchronized (world) {
      return new Held(model.snapshots.size(), List.copyOf(model.snapshots), List.of(LAYER));
    }
  }

  /** Brings up at once, unless restores are held or made to fail. */
  private SnapshotReply snapshot(SnapshotRequest q) {
    if (q.command() instanceof SnapshotCommand.Replicate copy) {
      synchronized (world) {
        model.snapshots.add(copy.snapshot());
        return new SnapshotReply.Done(new SnapshotResult.Stored(copy.snapshot(), Optional.empty()));
      }
    }
    if (!(q.command() instanceof SnapshotCommand.Restore restore)) {
      return new SnapshotReply.Failed(
          Failure.of(FailureCode.UNSUPPORTED, "only restores and copies are played here", ""));
    }
    Class<?> kind = StepCommand.Restore.class;
    Optional.ofNullable(begun.get(kind)).ifPresent(CountDownLatch::countDown);
    CountDownLatch latch = held.get(kind);
    if (latch != null && latch.getCount() > 0) {
      return new SnapshotReply.Running(Progress.NONE);
    }
    synchronized (world) {
      Failure failure = failing.get(kind);
      if (failure != null) {
        return new SnapshotReply.Failed(failure);
      }
      fence(q.fence().orElseThrow(), restore.as().id());
      return model
          .bringUp(q.operation(), restore, q.fence().orElseThrow().epoch())
          .<SnapshotReply>map(s -> new SnapshotReply.Done(new SnapshotResult.Restored(s)))
          .orElseGet(() ->
              new SnapshotReply.Failed(Failure.of(FailureCode.CANCELLED, "it was discarded", "")));
    }
  }

  private void refuse(String command) {
    Failure failure = failingCommands.get(command);
    if (failure != null) {
      throw new FailureException(failure);
    }
  }

  private void fence(io.nereid.domain.id.Fence fence, io.nereid.domain.id.ContainerId id) {
    model
        .fence(fence, id)
        .ifPresent(f -> {
          throw new FailureException(f);
        });
  }

  public NodeReport report() {
    synchronized (world) {
      return new NodeReport(
          Examples.node(model.node, memory.get()),
          List.copyOf(model.copies.values()),
          Instant.now(),
          model.snapshots.size());
    }
  }
}
