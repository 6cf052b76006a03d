package io.nereid.domain.recovery;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A container of a host that is gone, and how it is brought up elsewhere. Written down before each
 * step, so that another leader goes on.
 *
 * @param base what stood in the ledger: the host that is gone, and the last epoch there
 * @param byHand whether a person asked for it
 * @param lost what it does not remember
 * @param replaces what stood in the ledger before the attempt under way
 * @param granted what stands, or is about to stand, in the ledger for the attempt under way
 * @param snapshot of that attempt
 * @param holder from which it gets the snapshot
 * @param tried where it has failed
 * @param ended when it was over
 * @param failure why no host could do it
 */
public record Recovery(
    Ownership base,
    boolean byHand,
    Phase phase,
    LostWindow lost,
    Ownership replaces,
    Ownership granted,
    SnapshotId snapshot,
    NodeId holder,
    List<Tried> tried,
    Instant started,
    Optional<Instant> ended,
    Optional<Failure> failure) {
  /** Where it is. */
  public enum Phase {
    /** Ownership goes to the new host, which then brings it up. */
    RESTORING,
    /** It runs on its new host. */
    DONE,
    /** No host could bring it up: it belongs to the host that is gone again. */
    FAILED,
    /** Something else was decided about the container meanwhile. */
    OVERTAKEN
  }

  /**
   * An attempt that has failed.
   *
   * @param host where
   * @param why in words
   */
  public record Tried(NodeId host, SnapshotId snapshot, String why) {}

  public Recovery {
    tried = List.copyOf(tried);
  }

  /** Whether something is still to be done. */
  public boolean unfinished() {
    return phase == Phase.RESTORING;
  }

  /** The attempt under way, as hosts know it. */
  public MigrationId operation() {
    return granted.migration().orElseThrow();
  }

  /** The same with its next attempt. */
  public Recovery attempt(Ownership next, SnapshotId of, Instant taken, NodeId from) {
    return new Recovery(
        base,
        byHand,
        Phase.RESTORING,
        new LostWindow(taken, lost.until()),
        granted,
        next,
        of,
        from,
        tried,
        started,
        Optional.empty(),
        Optional.empty());
  }

  /** The same with its attempt failed. */
  public Recovery missed(String why) {
    List<Tried> more = new ArrayList<>(tried);
    more.add(new Tried(granted.owner(), snapshot, why));
    return new Recovery(
        base, byHand, phase, lost, replaces, granted, snapshot, holder, more, started, ended,
        failure);
  }

  /** The same, over. */
  public Recovery over(Phase end, Ownership now, Instant at, Optional<Failure> why) {
    return new Recovery(
        base,
        byHand,
        end,
        lost,
        replaces,
        now,
        snapshot,
        holder,
        tried,
        started,
        Optional.of(at),
        why);
  }
}
