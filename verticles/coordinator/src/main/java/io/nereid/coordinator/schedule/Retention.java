package io.nereid.coordinator.schedule;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which periodic snapshots of a container are not kept. Those that a person has asked for, named or
 * imported are never among them, nor what is in use, nor the newest one, nor the newest one that
 * another host holds. Pure.
 */
public final class Retention {
  /** After so many newer ends of chains what led to an earlier one is thinned out. */
  private static final int CHAINS_IN_FULL = 2;

  private Retention() {}

  /** One that is not kept, and why. */
  public record Dropped(Snapshot snapshot, String why) {}

  /**
   * Decides.
   *
   * @param places all snapshots of one container, wherever they are held
   * @param owner host of the container
   * @param inUse not to be touched now
   */
  public static List<Dropped> drop(
      SnapshotPolicy policy,
      List<SnapshotPlace> places,
      NodeId owner,
      Set<SnapshotId> inUse,
      Instant now) {
    List<Snapshot> periodic = periodic(places);
    if (periodic.isEmpty()) {
      return List.of();
    }
    Set<SnapshotId> kept = new HashSet<>(inUse);
    kept.add(periodic.getFirst().id());
    newestElsewhere(places, owner).ifPresent(s -> kept.add(s.id()));
    List<Dropped> dropped = new ArrayList<>();
    int ends = 0;
    long bytes = 0;
    boolean full = false;
    for (Snapshot s : periodic) {
      ends += s.full() ? 1 : 0;
      // What is deleted leaves what others need of it: the oldest that is kept counts as a whole.
      full |= policy.keepBytes() > 0 && bytes + s.sizes().total() > policy.keepBytes();
      Optional<String> why =
          over(policy, s, ends, now)
              .or(
                  full(
                      full, "more than " + policy.keepBytes() + " bytes are in it and newer ones"));
      if (why.isPresent() && !kept.contains(s.id())) {
        dropped.add(new Dropped(s, why.get()));
      } else {
        bytes += s.sizes().unique();
      }
    }
    return dropped;
  }

  private static java.util.function.Supplier<Optional<String>> full(boolean is, String why) {
    return () -> is ? Optional.of(why) : Optional.empty();
  }

  private static Optional<String> over(SnapshotPolicy policy, Snapshot s, int ends, Instant now) {
    if (!s.full() && ends >= CHAINS_IN_FULL) {
      return Optional.of("of its chain, only the last is kept");
    }
    if (s.full() && policy.keepCount() > 0 && ends > policy.keepCount()) {
      return Optional.of("there are " + policy.keepCount() + " newer ones");
    }
    Duration age = Duration.between(s.taken(), now);
    if (policy.keepMs() > 0 && age.toMillis() > policy.keepMs()) {
      return Optional.of("it is older than " + policy.keepMs() / 1_000 + " s");
    }
    return Optional.empty();
  }

  /** The newest first; each once. */
  private static List<Snapshot> periodic(List<SnapshotPlace> places) {
    Map<SnapshotId, Snapshot> each = new LinkedHashMap<>();
    places.stream()
        .map(SnapshotPlace::snapshot)
        .filter(s -> s.chain().isPresent() && s.label().isEmpty())
        .forEach(s -> each.putIfAbsent(s.id(), s));
    return each.values().stream().sorted(Comparator.comparing(Snapshot::taken).reversed()).toList();
  }

  private static Optional<Snapshot> newestElsewhere(List<SnapshotPlace> places, NodeId owner) {
    return places.stream()
        .filter(p -> !p.holder().equals(owner))
        .map(SnapshotPlace::snapshot)
        .max(Comparator.comparing(Snapshot::taken));
  }
}
