package io.nereid.nymph.standing;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.container.ContainerExecutor;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.container.ContainerRuntime;
import io.nereid.nymph.container.ContainerStore;
import io.nereid.nymph.epoch.EpochGuard;
import io.nereid.protocol.message.RecoveryMessages.Claim;
import io.nereid.protocol.message.RecoveryMessages.Standing;
import io.nereid.protocol.message.RecoveryMessages.StandingRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon that starts and finds containers running. As long as nobody can have taken this host for
 * dead they run on; afterwards they are frozen before anything else, until the leader has said that
 * they are this host's still. Those that are not are removed by the leader's command. What a
 * migration holds is none of this: its own rules are stricter.
 */
public final class Returning implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Returning.class);
  private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final Duration BUSY_LIMIT = Duration.ofSeconds(10);

  /** The ledger of a cluster that has just started is filled by the first reports. */
  private static final int UNDECIDED_MAX = 3;

  private static final int CLAIMS_AT_ONCE = 500;
  private final NodeId node;
  private final ContainerStore store;
  private final ContainerRuntime runtime;
  private final ContainerExecutor executor;
  private final EpochGuard epochs;
  private final Contact contact;
  private final WaitMarks marks;
  private final Set<ContainerId> asking = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private int undecided;

  public Returning(
      NodeId node,
      ContainerStore store,
      ContainerRuntime runtime,
      ContainerExecutor executor,
      EpochGuard epochs,
      Contact contact,
      Path directory) {
    this.node = node;
    this.store = store;
    this.runtime = runtime;
    this.executor = executor;
    this.epochs = epochs;
    this.contact = contact;
    this.marks = new WaitMarks(directory);
  }

  /** Before anything else is done: freezes, if it has been too long. May be called again. */
  public void begin() {
    for (ContainerRecord record : store.all()) {
      if (isOurs(record) && runtime.pid(record.id()).isPresent()) {
        asking.add(record.id());
      }
    }
    asking.addAll(marks.all());
    if (!asking.isEmpty() && contact.isLost()) {
      asking.forEach(this::freeze);
    }
  }

  private static boolean isOurs(ContainerRecord record) {
    return record.stage() == ContainerRecord.Stage.READY && record.hold().isEmpty();
  }

  /** Asks until everything is decided; returns at once. */
  public void start(Function<StandingRequest, Standing> leader) {
    if (!asking.isEmpty()) {
      Thread.ofVirtual().name("standing").start(() -> loop(leader));
    }
  }

  private void loop(Function<StandingRequest, Standing> leader) {
    while (!closed && !asking.isEmpty()) {
      look(leader);
      if (!asking.isEmpty()) {
        LockSupport.parkNanos(ASK_NANOS);
      }
    }
  }

  /** One question. What is frozen stays so when there is no answer. */
  void look(Function<StandingRequest, Standing> leader) {
    asking.stream().filter(id -> store.find(id).isEmpty()).toList().forEach(this::forget);
    List<ContainerId> some = asking.stream().limit(CLAIMS_AT_ONCE).toList();
    try {
      List<Claim> claims = some.stream().map(id -> new Claim(id, epochs.epoch(id))).toList();
      Standing answer = leader.apply(new StandingRequest(node, claims));
      answer.kept().stream().filter(asking::contains).forEach(this::keep);
      boolean all = answer.kept().containsAll(some);
      undecided = all ? 0 : undecided + 1;
    } catch (FailureException e) {
      LOG.debug("nobody says yet whose the containers are: {}", e.getMessage());
    }
    if (contact.isLost() || undecided > UNDECIDED_MAX) {
      asking.forEach(this::freezeWhenFree);
    }
  }

  private void forget(ContainerId id) {
    marks.clear(id);
    asking.remove(id);
  }

  private void freezeWhenFree(ContainerId id) {
    if (!marks.has(id)) {
      whenFree(id, "freeze", () -> freeze(id));
    }
  }

  private void freeze(ContainerId id) {
    Optional<ContainerRecord> record = store.find(id).filter(Returning::isOurs);
    boolean runs = record.isPresent() && runtime.pid(id).isPresent() && !runtime.isFrozen(id);
    if (runs) {
      try {
        marks.set(id);
        runtime.freeze(id);
        LOG.warn(
            "container '{}' is frozen until it is known whether it runs elsewhere by now",
            record.get().name());
      } catch (RuntimeException e) {
        LOG.error("container {} could not be frozen and may run elsewhere as well", id, e);
      }
    }
  }

  private void keep(ContainerId id) {
    if (!marks.has(id)) {
      asking.remove(id);
      return;
    }
    whenFree(
        id,
        "thaw",
        () -> {
          if (store.find(id).filter(Returning::isOurs).isPresent() && runtime.isFrozen(id)) {
            runtime.thaw(id);
          }
          forget(id);
          LOG.info("container {} is this host's still and runs on", id);
        });
  }

  private void whenFree(ContainerId id, String what, Runnable body) {
    try {
      executor.runWhenFree(
          id,
          what,
          BUSY_LIMIT,
          () -> {
            body.run();
            return null;
          });
    } catch (RuntimeException e) {
      LOG.warn("to {} container {} is tried again: {}", what, id, e.getMessage());
    }
  }

  /** Whether it is not decided yet about some. */
  public boolean isAsking() {
    return !asking.isEmpty();
  }

  @Override
  public void close() {
    closed = true;
  }
}
