package io.nereid.domain.snapshot;

import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.node.Capabilities;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A container as it was at one moment: memory, writable layer, log and configuration, complete. All
 * sizes are in bytes, all times in milliseconds.
 *
 * @param label what a person calls it; need not be unique
 * @param host where it was taken, or imported
 * @param taken when the container was frozen for it, by that host's clock
 * @param epoch under which the container ran then
 * @param source what the host was like on which it ran
 * @param layers digests of its read-only layers and volumes, the root file system's first
 * @param sizes what it takes
 * @param freezeMs for how long the container did not run; 0 when it was imported
 * @param tookMs from the beginning until it was stored
 * @param chain its place in the chain; absent when a person has asked for it
 * @param volumes writable ones whose content is part of it
 */
public record Snapshot(
    SnapshotId id,
    Optional<String> label,
    ContainerId container,
    ContainerName name,
    NodeId host,
    Origin origin,
    Instant taken,
    Epoch epoch,
    NetworkSpec network,
    Capabilities source,
    List<String> layers,
    List<String> command,
    boolean terminal,
    Sizes sizes,
    long freezeMs,
    long tookMs,
    Optional<ChainPlace> chain,
    List<VolumeName> volumes) {
  /** Where it comes from. */
  public enum Origin {
    TAKEN,
    IMPORTED
  }

  /**
   * What it takes.
   *
   * @param memory in the images, pages of zeros included
   * @param files in the writable layer and in volumes
   * @param log of the container's output until then
   * @param total of everything but layers
   * @param unique what it added to what the host had stored before
   */
  public record Sizes(long memory, long files, long log, long total, long unique) {
    /** Not known yet. */
    public static final Sizes UNKNOWN = new Sizes(0, 0, 0, 0, 0);
  }

  public Snapshot {
    layers = List.copyOf(layers);
    command = List.copyOf(command);
    // An earlier release has written none.
    volumes = volumes == null ? List.of() : List.copyOf(volumes);
  }

  /** One that is in no chain. */
  public Snapshot(
      SnapshotId id,
      Optional<String> label,
      ContainerId container,
      ContainerName name,
      NodeId host,
      Origin origin,
      Instant taken,
      Epoch epoch,
      NetworkSpec network,
      Capabilities source,
      List<String> layers,
      List<String> command,
      boolean terminal,
      Sizes sizes,
      long freezeMs,
      long tookMs) {
    this(
        id,
        label,
        container,
        name,
        host,
        origin,
        taken,
        epoch,
        network,
        source,
        layers,
        command,
        terminal,
        sizes,
        freezeMs,
        tookMs,
        Optional.empty(),
        List.of());
  }

  /** Whether it shall be on other hosts, too: the last of a chain, or one that a person wanted. */
  public boolean full() {
    return chain.map(ChainPlace::last).orElse(true);
  }

  /** The same at a place of a chain. */
  public Snapshot in(Optional<ChainPlace> place) {
    return new Snapshot(
        id, label, container, name, host, origin, taken, epoch, network, source, layers, command,
        terminal, sizes, freezeMs, tookMs, place, volumes);
  }

  /** The same with the content of volumes. */
  public Snapshot with(List<VolumeName> content) {
    return new Snapshot(
        id, label, container, name, host, origin, taken, epoch, network, source, layers, command,
        terminal, sizes, freezeMs, tookMs, chain, content);
  }

  /** The same with its sizes and the time that it took. */
  public Snapshot stored(Sizes now, long took) {
    return new Snapshot(
        id, label, container, name, host, origin, taken, epoch, network, source, layers, command,
        terminal, now, freezeMs, took, chain, volumes);
  }
}
