package io.nereid.protocol.message;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.id.Term;
import io.nereid.domain.recovery.LostWindow;
import io.nereid.domain.recovery.Recovery;
import java.util.List;
import java.util.Optional;

/** What is said about hosts that are silent, and about what becomes of their containers. */
public final class RecoveryMessages {
  private RecoveryMessages() {}

  /** The leader lives; a nymph that hears it says so. */
  public record Ping(Term term) {}

  /** Reply to {@link Ping}. */
  public record Pong(NodeId node) {}

  /**
   * A host that was away asks which of its containers are still its own.
   *
   * @param claims what it has, at most {@link #CLAIMS_MAX} at once
   */
  public record StandingRequest(NodeId node, List<Claim> claims) {
    public StandingRequest {
      claims = List.copyOf(claims);
    }
  }

  /** The most claims of one request. */
  public static final int CLAIMS_MAX = 500;

  /** A container that a host has, under the last epoch that it knows. */
  public record Claim(ContainerId container, Epoch epoch) {}

  /**
   * Reply to {@link StandingRequest}. What is in neither list is not decided yet: ask again.
   *
   * @param kept may go on
   */
  public record Standing(Term term, List<ContainerId> kept) {
    public Standing {
      kept = List.copyOf(kept);
    }
  }

  /**
   * Brings up what a host that is gone has left.
   *
   * @param ref a container, or a host for all of its containers
   * @param node where; absent: chosen
   * @param dryRun only say what would be done
   */
  public record RecoverRequest(String ref, Optional<NodeId> node, boolean dryRun) {}

  /**
   * What is to be done about one container.
   *
   * @param container and its owner, which is away
   * @param target where it is brought up; absent when it is not
   * @param waits why it is not
   */
  public record Plan(
      Ownership container,
      Optional<NodeId> target,
      Optional<SnapshotId> snapshot,
      Optional<NodeId> holder,
      Optional<LostWindow> lost,
      Optional<String> waits) {}

  /** Reply to {@link RecoverRequest}. */
  public record Plans(boolean begun, List<Plan> plans) {
    public Plans {
      plans = List.copyOf(plans);
    }
  }

  /** Lists recoveries. */
  public record RecoveriesRequest() {}

  /** Reply to {@link RecoveriesRequest}, the newest first; the last one of each container. */
  public record RecoveryList(List<Recovery> recoveries) {
    public RecoveryList {
      recoveries = List.copyOf(recoveries);
    }
  }
}
