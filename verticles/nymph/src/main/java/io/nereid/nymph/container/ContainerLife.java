package io.nereid.nymph.container;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.volume.VolumeClaims;
import io.nereid.protocol.message.ContainerAction;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to one container by whoever holds it in {@link ContainerExecutor}: each method
 * checks the container's state, acts, and records it. Blocks; throws {@link FailureException}.
 */
public final class ContainerLife {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerLife.class);

  /** A stop has to be answered before whoever asked over the bus gives up waiting. */
  public static final Duration GRACE_MAX = Duration.ofSeconds(45);

  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private final ContainerStore store;
  private final ContainerRuntime runtime;
  private final ContainerView view;
  private final VolumeClaims volumes;
  private final Clock clock;

  public ContainerLife(
      ContainerStore store,
      ContainerRuntime runtime,
      ContainerView view,
      VolumeClaims volumes,
      Clock clock) {
    this.store = store;
    this.runtime = runtime;
    this.view = view;
    this.volumes = volumes;
    this.clock = clock;
  }

  ContainerStatus startAsked(ContainerRecord record) {
    return switch (view.state(record)) {
      case CREATED, STOPPED -> view.of(start(reap(record)));
      case RUNNING -> view.of(record);
      default -> throw wrongState(record, "start", "it is " + view.state(record));
    };
  }

  ContainerRecord start(ContainerRecord record) {
    runtime.clearLeftovers(record);
    runtime.start(record);
    return store.update(record.id(), r -> r.withStart(clock.instant()));
  }

  ContainerStatus stop(ContainerRecord record, ContainerAction.Stop stop) {
    String signal = Signals.check(stop.signal());
    if (stop.graceMs() < 0 || stop.graceMs() > GRACE_MAX.toMillis()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "a grace of " + stop.graceMs() + " ms is not between 0 and " + GRACE_MAX.toMillis(),
              "send the signal with 'nereid kill' and wait yourself if it needs longer"));
    }
    ContainerId id = record.id();
    if (runtime.pid(id).isPresent()) {
      runtime.signal(id, signal);
      if (runtime.isFrozen(id)) {
        runtime.thaw(id);
      }
      if (!runtime.awaitEnd(id, Duration.ofMillis(stop.graceMs()))) {
        end(record);
      }
    }
    return view.of(reap(record));
  }

  private void end(ContainerRecord record) {
    runtime.signal(record.id(), "KILL");
    if (runtime.isFrozen(record.id())) {
      runtime.thaw(record.id());
    }
    if (!runtime.awaitEnd(record.id(), KILL_LIMIT)) {
      throw new FailureException(
          Failure.unknown(
              FailureCode.TIMEOUT,
              "container "
                  + record.name()
                  + " has not ended "
                  + KILL_LIMIT.toSeconds()
                  + " s after SIGKILL",
              "its processes may hang in the kernel; look at 'dmesg'"));
    }
  }

  ContainerStatus kill(ContainerRecord record, ContainerAction.Kill kill) {
    String signal = Signals.check(kill.signal());
    if (runtime.pid(record.id()).isEmpty()) {
      throw wrongState(record, "kill", "it is not running");
    }
    if (Signals.isKill(signal)) {
      end(record);
      return view.of(reap(record));
    }
    runtime.signal(record.id(), signal);
    return view.of(record);
  }

  ContainerStatus pause(ContainerRecord record) {
    switch (view.state(record)) {
      case RUNNING -> runtime.freeze(record.id());
      case PAUSED -> LOG.debug("container {} is paused already", record.name());
      default -> throw wrongState(record, "pause", "it is not running");
    }
    return view.of(record);
  }

  ContainerStatus unpause(ContainerRecord record) {
    switch (view.state(record)) {
      case PAUSED -> runtime.thaw(record.id());
      case RUNNING -> LOG.debug("container {} is not paused", record.name());
      default -> throw wrongState(record, "unpause", "it is not paused");
    }
    return view.of(record);
  }

  ContainerStatus remove(ContainerRecord record, ContainerAction.Remove remove) {
    if (runtime.pid(record.id()).isPresent() && !remove.force()) {
      throw wrongState(record, "remove", "it is running");
    }
    ContainerStatus last = view.of(record);
    store.update(record.id(), r -> r.withStage(ContainerRecord.Stage.REMOVING));
    if (remove.volumes()) {
      volumes.condemn(record.id());
    }
    erase(record.id());
    return last;
  }

  /**
   * Removes everything of a container, whatever it does; its volumes stay unless they were
   * condemned. For callers that hold it.
   */
  public void erase(ContainerId id) {
    store.find(id).ifPresent(runtime::takeDown);
    // While there still is a record: without one nobody would come back to them.
    volumes.release(id);
    runtime.deleteFiles(id, Optional.empty());
    store.forget(id);
  }

  /**
   * Records the end of a container whose first process has ended, and removes what it needed while
   * running. Does nothing while it runs, while a migration holds it, and when that has been done.
   */
  ContainerRecord reap(ContainerRecord record) {
    boolean ended =
        record.stage() == ContainerRecord.Stage.READY
            && record.hold().isEmpty()
            && record.started().isPresent()
            && record.finished().isEmpty()
            && runtime.pid(record.id()).isEmpty();
    if (!ended) {
      return record;
    }
    // Recorded before the exit file goes with the rest: a crash in between repeats, never forgets.
    ContainerRecord after =
        store.update(record.id(), r -> r.withExit(runtime.exitCode(record.id()), clock.instant()));
    runtime.takeDown(after);
    runtime.forgetExit(after.id());
    return after;
  }

  static FailureException wrongState(ContainerRecord record, String verb, String why) {
    String remedy =
        verb.equals("remove") ? "stop it first, or use --force" : "look at 'nereid ps -a'";
    return new FailureException(
        Failure.refused(
            FailureCode.WRONG_STATE,
            "cannot " + verb + " container " + record.name() + ": " + why,
            remedy));
  }
}
