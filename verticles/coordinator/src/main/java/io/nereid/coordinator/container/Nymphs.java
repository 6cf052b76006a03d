package io.nereid.coordinator.container;

import io.nereid.bus.BusClient;
import io.nereid.coordinator.membership.Membership;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.domain.volume.Volume;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NymphMessages.CommandRequest;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import io.nereid.protocol.message.NymphMessages.SourceFactsRequest;
import io.nereid.protocol.message.NymphMessages.TargetFactsRequest;
import io.nereid.protocol.message.SnapshotMessages.EpochRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.VolumeMessages.CreateVolumeRequest;
import io.nereid.protocol.message.VolumeMessages.DropVolume;
import io.nereid.protocol.message.VolumeMessages.MakeVolume;

/** Asks nymphs on behalf of people, in the name of one term. Blocks. */
public final class Nymphs {
  /** Less than a person's request waits for the coordinator, so that they learn the reason. */
  private static final long COMMAND_MS = 55_000;

  private final BusClient bus;
  private final Membership membership;
  private final Term term;
  private final Runnable staleTerm;

  /**
   * Prepares.
   *
   * @param staleTerm told when a nymph has seen a higher term
   */
  public Nymphs(BusClient bus, Membership membership, Term term, Runnable staleTerm) {
    this.bus = bus;
    this.membership = membership;
    this.term = term;
    this.staleTerm = staleTerm;
  }

  /** In whose name an epoch is sent. */
  Fence fence(Epoch epoch) {
    return new Fence(term, epoch);
  }

  ContainerStatus create(NodeId node, CreateRequest request) {
    return guarded(
        node, () -> bus.askAndWait(Addresses.CREATE.at(node).within(COMMAND_MS), request));
  }

  SnapshotReply snapshot(NodeId node, SnapshotRequest request) {
    return guarded(node, () -> bus.askAndWait(Addresses.SNAPSHOT.at(node), request));
  }

  /** One step of an operation that a nymph performs by itself. */
  public StepReply step(
      NodeId node, MigrationId operation, ContainerId id, Epoch epoch, StepCommand command) {
    StepRequest request =
        new StepRequest(operation, id, fence(epoch), command, Addresses.LONG_POLL_MS);
    return guarded(node, () -> bus.askAndWait(Addresses.STEP.at(node), request));
  }

  Epoch epochSeen(NodeId node, ContainerId id) {
    return guarded(node, () -> bus.askAndWait(Addresses.EPOCH.at(node), new EpochRequest(id)))
        .epoch();
  }

  ContainerFacts sourceFacts(NodeId node, ContainerId id, long waitMs) {
    return guarded(
        node,
        () ->
            bus.askAndWait(
                Addresses.SOURCE_FACTS.at(node).within(waitMs), new SourceFactsRequest(id)));
  }

  TargetFacts targetFacts(NodeId node, ContainerFacts container, long waitMs) {
    return guarded(
        node,
        () ->
            bus.askAndWait(
                Addresses.TARGET_FACTS.at(node).within(waitMs), new TargetFactsRequest(container)));
  }

  Volume makeVolume(CreateVolumeRequest wanted) {
    MakeVolume request = new MakeVolume(term, wanted.name(), wanted.readOnly(), wanted.from());
    return guarded(
        wanted.node(),
        () -> bus.askAndWait(Addresses.MAKE_VOLUME.at(wanted.node()).within(COMMAND_MS), request));
  }

  Volume dropVolume(NodeId node, VolumeName name) {
    return guarded(
        node,
        () ->
            bus.askAndWait(
                Addresses.DROP_VOLUME.at(node).within(COMMAND_MS), new DropVolume(term, name)));
  }

  /** Has a nymph do something to one of its containers. */
  public ContainerStatus command(NodeId node, ContainerId id, Epoch epoch, ContainerAction action) {
    CommandRequest request = new CommandRequest(fence(epoch), id, action);
    return guarded(
        node, () -> bus.askAndWait(Addresses.NYMPH_COMMAND.at(node).within(COMMAND_MS), request));
  }

  private <T> T guarded(NodeId node, java.util.function.Supplier<T> request) {
    if (!membership.isPresent(node)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NODE_LOST,
              "host '" + node + "' is not in the cluster at the moment",
              "start its daemon; look at 'nereid nodes'"));
    }
    try {
      return request.get();
    } catch (FailureException e) {
      if (e.failure().code() == FailureCode.STALE_TERM) {
        staleTerm.run();
      }
      throw e;
    }
  }
}
