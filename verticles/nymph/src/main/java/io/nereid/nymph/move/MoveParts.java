package io.nereid.nymph.move;

import io.nereid.config.CriuConfig;
import io.nereid.domain.id.NodeId;
import io.nereid.fault.FaultPoints;
import io.nereid.nymph.NymphCore;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.criu.Checkpointer;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.pages.LazyPages;
import io.nereid.nymph.probe.HostProbe;
import io.nereid.nymph.track.Trackers;
import io.nereid.port.TransferPort;
import io.nereid.protocol.message.NymphMessages.AnnounceRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * What the steps build upon.
 *
 * @param effort that goes into what is sent ahead
 * @param trackers let the kernel tell what changes meanwhile
 * @param helpers finds other hosts that help with what arrives
 * @param announce tells another host's nymph, without waiting for an answer
 */
public record MoveParts(
    NymphCore core,
    TransferPort transfer,
    Checkpointer checkpointer,
    LazyPages lazyPages,
    CriuConfig criu,
    AheadEffort effort,
    Trackers trackers,
    HostProbe probe,
    BiConsumer<NodeId, AnnounceRequest> announce,
    FaultPoints faults,
    Clock clock,
    Helpers helpers) {
  /** Alone. */
  public MoveParts(
      NymphCore core,
      TransferPort transfer,
      Checkpointer checkpointer,
      LazyPages lazyPages,
      CriuConfig criu,
      AheadEffort effort,
      Trackers trackers,
      HostProbe probe,
      BiConsumer<NodeId, AnnounceRequest> announce,
      FaultPoints faults,
      Clock clock) {
    this(
        core,
        transfer,
        checkpointer,
        lazyPages,
        criu,
        effort,
        trackers,
        probe,
        announce,
        faults,
        clock,
        (container, layers, source) -> List.of());
  }

  HostPaths paths() {
    return core.basics().paths();
  }

  /** Digests of all that a container has read-only: its root file system and volumes. */
  public List<String> layers(ContainerRecord record) {
    List<String> digests = new ArrayList<>(List.of(record.layer()));
    core.volumes().moves().digests(record.id()).stream()
        .filter(d -> !d.equals(record.layer()))
        .forEach(digests::add);
    return digests;
  }
}
