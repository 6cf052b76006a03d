package io.nereid.coordinator.container;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Has a nymph do something about a snapshot and waits for its end. Blocks. */
public final class NymphSnapshots {
  /** A daemon that is away for longer has not just been restarted. */
  private static final Duration AWAY_MAX = Duration.ofSeconds(60);

  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private final Nymphs nymphs;

  public NymphSnapshots(Nymphs nymphs) {
    this.nymphs = nymphs;
  }

  /**
   * Performs.
   *
   * @param epoch of the container that it is about
   * @throws FailureException of certainty UNKNOWN when the host gives no answer for too long
   */
  public SnapshotResult perform(
      NodeId node, Optional<Epoch> epoch, SnapshotCommand command, Consumer<Progress> told) {
    return perform(node, epoch, command, AWAY_MAX, told);
  }

  /**
   * The same.
   *
   * @param awayMax for how long the host may give no answer
   */
  public SnapshotResult perform(
      NodeId node,
      Optional<Epoch> epoch,
      SnapshotCommand command,
      Duration awayMax,
      Consumer<Progress> told) {
    return perform(MigrationId.random(), node, epoch, command, awayMax, told);
  }

  /** The same under an identity that is known to others, too. */
  public SnapshotResult perform(
      MigrationId operation,
      NodeId node,
      Optional<Epoch> epoch,
      SnapshotCommand command,
      Consumer<Progress> told) {
    return perform(operation, node, epoch, command, AWAY_MAX, told);
  }

  private SnapshotResult perform(
      MigrationId operation,
      NodeId node,
      Optional<Epoch> epoch,
      SnapshotCommand command,
      Duration awayMax,
      Consumer<Progress> told) {
    boolean begin = true;
    long silentSince = 0;
    while (true) {
      SnapshotRequest request =
          new SnapshotRequest(
              operation, begin, epoch.map(nymphs::fence), command, Addresses.LONG_POLL_MS);
      try {
        SnapshotReply reply = nymphs.snapshot(node, request);
        silentSince = 0;
        switch (reply) {
          case SnapshotReply.Running running -> told.accept(running.progress());
          case SnapshotReply.Done done -> {
            return done.result();
          }
          case SnapshotReply.Failed failed -> throw new Ended(failed.failure());
        }
      } catch (FailureException e) {
        boolean refused = begin && e.failure().certainty() != Certainty.UNKNOWN;
        if (refused || e.failure().certainty() == Certainty.RAN_AND_FAILED) {
          throw e;
        }
        silentSince = silentSince == 0 ? System.nanoTime() : silentSince;
        if (System.nanoTime() - silentSince > awayMax.toNanos()) {
          throw unknown(node, command, e);
        }
        LockSupport.parkNanos(AGAIN_NANOS);
      } catch (Ended e) {
        throw new FailureException(e.failure, e);
      }
      begin = false;
    }
  }

  private static FailureException unknown(
      NodeId node, SnapshotCommand command, FailureException e) {
    return new FailureException(
        Failure.unknown(
            FailureCode.NODE_LOST,
            "host '"
                + node
                + "' gives no answer; what became of the "
                + command.verb()
                + " is not known: "
                + e.getMessage(),
            "when the host is back, look at 'nereid snapshots' and 'nereid ps -a'"),
        e);
  }

  /** The host's own word, whatever its certainty. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;

    Ended(Failure failure) {
      super(failure.message());
      this.failure = failure;
    }
  }
}
