package io.nereid.coordinator.testkit;

import io.nereid.config.SnapshotsConfig;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.migration.Rounds;
import io.nereid.domain.snapshot.PolicyWish;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.StepMessages.Fate;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a nymph promises, without containers: fences kept through a crash, steps known by migration
 * and kind, one after another per container, frozen copies that thaw only when told. Not
 * thread-safe; no clock. Whoever hosts it performs the jobs that begin, when it likes.
 */
public final class NymphModel {
  private static final StepReply RUNNING = new StepReply.Running(Progress.NONE);

  /** One step that is waiting, running or over. */
  public static final class Job {
    public final StepRequest request;
    public StepReply reply;
    public boolean begun;

    Job(StepRequest request) {
      this.request = request;
    }
  }

  private record Key(MigrationId migration, Class<?> kind) {}

  private static final class Reservation {
    final NodeId source;
    ContainerStatus complete;
    boolean pagesLater;

    Reservation(NodeId source) {
      this.source = source;
    }
  }

  public final NodeId node;
  private final Function<NodeId, Optional<NymphModel>> peers;
  private final Consumer<String> watcher;
  private Consumer<Job> host;

  // On disk: survives a crash.
  public final Map<ContainerId, ContainerStatus> copies = new HashMap<>();
  public final List<Snapshot> snapshots = new ArrayList<>();
  private final Map<ContainerId, MigrationId> restoredBy = new HashMap<>();
  private final Map<MigrationId, Reservation> reservations = new HashMap<>();
  private final Map<ContainerId, Epoch> epochs = new HashMap<>();
  private final Set<MigrationId> undone = new HashSet<>();
  private final Set<MigrationId> outstanding = new HashSet<>();
  private long term;

  /** Whether moves from here leave pages behind. */
  public boolean postCopy;

  // In memory.
  private final Map<Key, Job> jobs = new HashMap<>();
  private final Map<ContainerId, Deque<Job>> queues = new HashMap<>();

  /**
   * Makes one.
   *
   * @param peers the nymphs that can be reached for sending
   * @param watcher told what changes, for invariants
   */
  public NymphModel(
      NodeId node, Function<NodeId, Optional<NymphModel>> peers, Consumer<String> watcher) {
    this.node = node;
    this.peers = peers;
    this.watcher = watcher;
  }

  public void host(Consumer<Job> performer) {
    this.host = performer;
  }

  /** Loses what is in memory; {@code came} says whether a restore under way came through. */
  public void crash(boolean came) {
    jobs.clear();
    queues.clear();
    for (ContainerId id : List.copyOf(copies.keySet())) {
      if (copies.get(id).state() == ContainerState.RESTORING) {
        if (came) {
          if (reservations.remove(restoredBy.get(id)).pagesLater) {
            outstanding.add(restoredBy.get(id));
          }
          put(state(copies.get(id), ContainerState.RUNNING), "came up during a crash");
        } else {
          copies.remove(id);
        }
      }
    }
  }

  public boolean isClean() {
    return reservations.isEmpty();
  }

  public boolean hasReservation(MigrationId id) {
    return reservations.containsKey(id);
  }

  /** Refuses what is older than what was seen, for good. */
  public Optional<Failure> fence(Fence fence, ContainerId id) {
    if (fence.term().value() < term) {
      return Optional.of(
          Failure.refused(FailureCode.STALE_TERM, "term " + fence.term() + " < " + term, ""));
    }
    Epoch seen = epochs.get(id);
    if (seen != null && fence.epoch().isOlderThan(seen)) {
      return Optional.of(
          Failure.refused(FailureCode.STALE_EPOCH, fence.epoch() + " < " + seen, ""));
    }
    term = fence.term().value();
    epochs.put(id, fence.epoch());
    return Optional.empty();
  }

  public void seeTerm(long seen) {
    term = Math.max(term, seen);
  }

  /** A job that is new, running or over. */
  public Job ask(StepRequest request) {
    Optional<Failure> stale = fence(request.fence(), request.container());
    if (stale.isPresent()) {
      return over(request, new StepReply.Failed(stale.get()));
    }
    if (request.command() instanceof StepCommand.Query) {
      return over(
          request,
          new StepReply.Done(
              new StepResult.TargetState(fate(request.migration(), request.container()))));
    }
    Key key = new Key(request.migration(), request.command().getClass());
    Job known = jobs.get(key);
    boolean again =
        known != null
            && (known.reply == null
                || (known.reply instanceof StepReply.Done && !isRepeatable(request.command())));
    if (again) {
      return known;
    }
    if (request.command() instanceof StepCommand.AbortSend) {
      cancelSends(request.container());
    }
    Job job = new Job(request);
    jobs.put(key, job);
    Deque<Job> queue = queues.computeIfAbsent(request.container(), c -> new ArrayDeque<>());
    queue.add(job);
    if (queue.peek() == job) {
      begin(job);
    }
    return job;
  }

  /** Undoing has to look at what is there now, whatever it said before. */
  private static boolean isRepeatable(StepCommand command) {
    return command instanceof StepCommand.Thaw
        || command instanceof StepCommand.Discard
        || command instanceof StepCommand.Release
        || command instanceof StepCommand.AbortSend
        || command instanceof StepCommand.AwaitPages
        || command instanceof StepCommand.Describe
        || command instanceof StepCommand.Check;
  }

  private static Job over(StepRequest request, StepReply reply) {
    Job job = new Job(request);
    job.reply = reply;
    return job;
  }

  private void begin(Job job) {
    job.begun = true;
    if (job.request.command() instanceof StepCommand.Restore) {
      beginRestore(job);
    }
    if (job.reply == null) {
      host.accept(job);
    }
  }

  private void beginRestore(Job job) {
    StepRequest q = job.request;
    Reservation reservation = reservations.get(q.migration());
    if (reservation == null || reservation.complete == null || copies.containsKey(q.container())) {
      end(job, failed(FailureCode.NOT_FOUND, "nothing complete was received for " + q.migration()));
      return;
    }
    restoredBy.put(q.container(), q.migration());
    ContainerStatus s = reservation.complete;
    put(
        with(
            s,
            ContainerState.RESTORING,
            q.fence().epoch(),
            s.moves() + 1,
            hold(q, MigrationHold.Role.TARGET, reservation.source)),
        "restore begins");
  }

  /** Does a job that has begun, unless it was lost meanwhile; a failure makes it fail instead. */
  public void perform(Job job, Optional<Failure> failure) {
    if (job.reply != null || jobs.get(key(job)) != job) {
      return;
    }
    if (failure.isPresent()) {
      if (job.request.command() instanceof StepCommand.Restore) {
        copies.remove(job.request.container());
      }
      end(job, new StepReply.Failed(failure.get()));
    } else {
      end(job, effect(job.request));
    }
  }

  private static Key key(Job job) {
    return new Key(job.request.migration(), job.request.command().getClass());
  }

  private void end(Job job, StepReply reply) {
    job.reply = reply;
    Deque<Job> queue = queues.get(job.request.container());
    if (queue != null && queue.peek() == job) {
      queue.poll();
      if (!queue.isEmpty()) {
        begin(queue.peek());
      }
    }
  }

  private void cancelSends(ContainerId container) {
    List<Job> sends = new ArrayList<>();
    for (Job job : queues.getOrDefault(container, new ArrayDeque<>())) {
      if (job.request.command() instanceof StepCommand.SendAhead
          || job.request.command() instanceof StepCommand.SendDelta) {
        sends.add(job);
      }
    }
    queues.getOrDefault(container, new ArrayDeque<>()).removeAll(sends);
    sends.forEach(j -> {
      j.reply = failed(FailureCode.CANCELLED, "aborted");
    });
    Deque<Job> queue = queues.get(container);
    if (queue != null && !queue.isEmpty() && !queue.peek().begun) {
      begin(queue.peek());
    }
  }

  private StepReply effect(StepRequest q) {
    ContainerId id = q.container();
    ContainerStatus copy = copies.get(id);
    boolean ours =
        copy != null && copy.hold().filter(h -> h.migration().equals(q.migration())).isPresent();
    return switch (q.command()) {
      case StepCommand.Describe d ->
          copy == null
              ? failed(FailureCode.NOT_FOUND, "no such container")
              : done(Examples.described(copy));
      case StepCommand.Check c ->
          copy != null
              ? failed(FailureCode.NAME_TAKEN, "it is here")
              : done(new StepResult.Checked(Examples.there(Examples.B)));
      case StepCommand.Prepare p -> {
        if (undone.contains(q.migration())) {
          yield failed(FailureCode.CANCELLED, "it was discarded");
        }
        reservations.putIfAbsent(q.migration(), new Reservation(p.source()));
        yield done(new StepResult.Prepared(Examples.TICKET));
      }
      case StepCommand.SendAhead s -> {
        if (undone.contains(q.migration())) {
          yield failed(FailureCode.CANCELLED, "it was aborted");
        }
        if (copy == null || !sendable(q, s.target())) {
          yield failed(FailureCode.CONNECTION_LOST, "the receiver is gone");
        }
        put(
            with(
                copy,
                copy.state(),
                copy.epoch(),
                copy.moves(),
                hold(q, MigrationHold.Role.SOURCE, s.target())),
            "ahead");
        yield done(new StepResult.Sent(1_000, 900, 1));
      }
      case StepCommand.CatchUp c ->
          ours
              ? done(new StepResult.Sent(0, 10, 1))
              : failed(FailureCode.WRONG_STATE, "it does not leave");
      case StepCommand.Freeze f -> {
        put(
            with(
                copy,
                ContainerState.FROZEN,
                q.fence().epoch(),
                copy.moves(),
                hold(q, MigrationHold.Role.SOURCE, f.target())),
            "frozen");
        yield done(new StepResult.Frozen(Examples.NOW));
      }
      case StepCommand.Dump d ->
          ours && copy.state() == ContainerState.FROZEN
              ? done(new StepResult.Ok())
              : failed(FailureCode.WRONG_STATE, "not frozen");
      case StepCommand.SendDelta s -> {
        NodeId target = copy == null ? node : copy.hold().map(MigrationHold::peer).orElse(node);
        if (!ours || copy.state() != ContainerState.FROZEN || !sendable(q, target)) {
          yield failed(FailureCode.CONNECTION_LOST, "the receiver is gone");
        }
        Reservation there = peers.apply(target).orElseThrow().reservations.get(q.migration());
        there.complete = copy;
        there.pagesLater = postCopy;
        yield done(new StepResult.Sent(1_000, 50, 1, Rounds.NONE, postCopy ? 600 : -1));
      }
      case StepCommand.Restore r -> {
        put(state(copies.get(id), ContainerState.RUNNING), "restored");
        if (reservations.remove(q.migration()).pagesLater) {
          outstanding.add(q.migration());
        }
        yield done(new StepResult.Restored(Examples.NOW, copies.get(id)));
      }
      case StepCommand.Release r -> {
        if (ours && copy.state() == ContainerState.FROZEN) {
          boolean needed =
              copy.hold()
                  .flatMap(h -> peers.apply(h.peer()))
                  .filter(p -> p.outstanding.contains(q.migration()))
                  .isPresent();
          if (needed) {
            watcher.accept("VIOLATION: release of pages that are needed at " + node);
          }
          copies.remove(id);
          watcher.accept("released at " + node);
        } else if (ours) {
          watcher.accept("VIOLATION: release of a " + copy.state() + " copy at " + node);
        }
        yield done(new StepResult.Ok());
      }
      case StepCommand.Thaw t -> {
        if (ours) {
          put(
              with(copy, ContainerState.RUNNING, q.fence().epoch(), copy.moves(), Optional.empty()),
              "thawed");
        }
        yield copy == null
            ? failed(FailureCode.NOT_FOUND, "no such container")
            : done(new StepResult.Ok());
      }
      case StepCommand.AwaitPages a -> {
        if (copy == null || copy.state() == ContainerState.PAUSED) {
          yield failed(FailureCode.PAGES_LOST, "they will never come");
        }
        outstanding.remove(q.migration());
        yield done(new StepResult.PagesCame(600, 70));
      }
      case StepCommand.Discard d -> discard(q, copy, d.arrived());
      case StepCommand.AbortSend a -> {
        undone.add(q.migration());
        if (ours && copy.state() == ContainerState.RUNNING) {
          put(with(copy, copy.state(), copy.epoch(), copy.moves(), Optional.empty()), "aborted");
        }
        yield done(new StepResult.Ok());
      }
      case StepCommand.Query query -> throw new IllegalStateException("answered at once");
    };
  }

  /** What brings the pages of a container has broken: it is stopped for good. */
  public void losePages(ContainerId id) {
    ContainerStatus copy = copies.get(id);
    if (copy != null
        && copy.state() == ContainerState.RUNNING
        && outstanding.contains(restoredBy.get(id))) {
      put(state(copy, ContainerState.PAUSED), "pages lost");
    }
  }

  private StepReply discard(StepRequest q, ContainerStatus copy, boolean arrived) {
    boolean restored = q.migration().equals(restoredBy.get(q.container()));
    if (copy != null && restored && copy.state() == ContainerState.PAUSED) {
      if (!arrived) {
        return failed(FailureCode.WRONG_STATE, "it is here, paused");
      }
      outstanding.remove(q.migration());
      copies.remove(q.container());
      watcher.accept("discarded what had arrived at " + node);
    }
    if (copy != null && restored && copy.state() == ContainerState.RUNNING) {
      if (!copy.epoch().isOlderThan(q.fence().epoch())) {
        return failed(FailureCode.WRONG_STATE, "it runs here under epoch " + copy.epoch());
      }
      copies.remove(q.container());
      watcher.accept("VIOLATION: discarded what ran at " + node);
    }
    reservations.remove(q.migration());
    undone.add(q.migration());
    return done(new StepResult.Ok());
  }

  private Fate fate(MigrationId migration, ContainerId id) {
    Job restore = jobs.get(new Key(migration, StepCommand.Restore.class));
    if (restore != null && restore.reply == null) {
      return Fate.RESTORING;
    }
    ContainerStatus copy = copies.get(id);
    boolean here = copy != null && migration.equals(restoredBy.get(id));
    boolean came =
        here && (copy.state() == ContainerState.RUNNING || copy.state() == ContainerState.PAUSED);
    return came ? Fate.RUNNING : Fate.ABSENT;
  }

  private boolean sendable(StepRequest q, NodeId target) {
    return peers.apply(target).filter(p -> p.reservations.containsKey(q.migration())).isPresent();
  }

  /** Brings a snapshot up; empty when that was discarded before. */
  public Optional<ContainerStatus> bringUp(
      MigrationId operation, SnapshotCommand.Restore restore, Epoch epoch) {
    if (undone.contains(operation)) {
      return Optional.empty();
    }
    ContainerId id = restore.as().id();
    if (!operation.equals(restoredBy.get(id)) || !copies.containsKey(id)) {
      restoredBy.put(id, operation);
      put(
          Examples.status(
              id,
              restore.as().name(),
              ContainerState.RUNNING,
              epoch.value(),
              restore.as().network()),
          "brought up");
    }
    return Optional.of(copies.get(id));
  }

  /** Puts a copy there, as at the beginning of a test. */
  public void put(ContainerStatus status, String why) {
    copies.put(status.id(), status);
    watcher.accept(why + " at " + node);
  }

  public void reserve(MigrationId id, NodeId source) {
    reservations.put(id, new Reservation(source));
  }

  public void restoredBy(ContainerId id, MigrationId migration) {
    restoredBy.put(id, migration);
  }

  private static Optional<MigrationHold> hold(StepRequest q, MigrationHold.Role role, NodeId peer) {
    return Optional.of(new MigrationHold(q.migration(), role, peer));
  }

  public static ContainerStatus state(ContainerStatus s, ContainerState state) {
    return with(s, state, s.epoch(), s.moves(), s.hold());
  }

  public static ContainerStatus with(
      ContainerStatus s,
      ContainerState state,
      Epoch epoch,
      int moves,
      Optional<MigrationHold> hold) {
    return new ContainerStatus(
        s.id(),
        s.name(),
        state,
        epoch,
        s.pid(),
        s.exitCode(),
        s.network(),
        s.command(),
        s.created(),
        s.started(),
        moves,
        hold,
        s.policy());
  }

  public static ContainerStatus protect(ContainerStatus s, Optional<PolicyWish> wish) {
    return new ContainerStatus(
        s.id(),
        s.name(),
        s.state(),
        s.epoch(),
        s.pid(),
        s.exitCode(),
        s.network(),
        s.command(),
        s.created(),
        s.started(),
        s.moves(),
        s.hold(),
        wish.map(w -> w.over(s.policy().orElse(SnapshotsConfig.DEFAULT.defaults()))));
  }

  private static StepReply done(StepResult result) {
    return new StepReply.Done(result);
  }

  private static StepReply failed(FailureCode code, String why) {
    return new StepReply.Failed(Failure.of(code, why, ""));
  }

  /** What a request gets that does not wait any longer. */
  public static StepReply replyOf(Job job) {
    return job.reply == null ? RUNNING : job.reply;
  }
}
