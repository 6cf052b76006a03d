package io.nereid.config;

import io.nereid.domain.snapshot.PolicyWish;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.util.Optional;

/**
 * Snapshots that are taken by themselves.
 *
 * @param continuous whether containers made on this host are protected without being asked
 *     (ENABLE_CONTINOUS_DUMPING)
 * @param defaults of what a person does not say (DUMP_INTERVAL, CHAIN_LENGTH)
 * @param freezePercent of its time a container may be frozen for the sake of a recovery point
 * @param bandwidthBytesPerSecond new content of one container, for the sake of a recovery point; 0
 *     is no limit
 */
public record SnapshotsConfig(
    boolean continuous, SnapshotPolicy defaults, int freezePercent, long bandwidthBytesPerSecond) {
  /** What applies when nothing is set. */
  public static final SnapshotsConfig DEFAULT =
      new SnapshotsConfig(
          false,
          new SnapshotPolicy(
              Optional.of(5_000L), Optional.empty(), 3, 10, 0, 0, SnapshotPolicy.REPLICAS),
          5,
          0);

  private static final long DAY_S = 24 * 3_600;

  static SnapshotsConfig from(SettingReader settings) {
    boolean continuous =
        settings.checked(
            "snapshots.continuous",
            false,
            "a boolean: 1, t, T, TRUE, true, True, 0, f, F, FALSE, false, False",
            CriuConfig::bool);
    long intervalS = settings.number("snapshots.intervalSeconds", 5, 1, 365 * DAY_S);
    int chain = settings.integer("snapshots.chainLength", 3, 1, PolicyWish.CHAIN_MAX);
    int keep = settings.integer("snapshots.keep", 10, 0, PolicyWish.KEEP_MAX);
    long keepS = settings.number("snapshots.keepForSeconds", 0, 0, 3_650 * DAY_S);
    long keepBytes = settings.number("snapshots.keepBytes", 0, 0, PolicyWish.BYTES_MAX);
    int replicas =
        settings.integer("snapshots.replicas", SnapshotPolicy.REPLICAS, 0, PolicyWish.REPLICAS_MAX);
    int percent = settings.integer("snapshots.freezePercent", DEFAULT.freezePercent, 1, 90);
    long bandwidth = settings.number("snapshots.bandwidthBytesPerSecond", 0, 0, 1_000_000_000_000L);
    return new SnapshotsConfig(
        continuous,
        new SnapshotPolicy(
            Optional.of(intervalS * 1_000),
            Optional.empty(),
            chain,
            keep,
            keepS * 1_000,
            keepBytes,
            replicas),
        percent,
        bandwidth);
  }

  /**
   * The policy of a container that is made.
   *
   * @param wish what a person has said
   */
  public Optional<SnapshotPolicy> ofNew(Optional<PolicyWish> wish) {
    return wish.map(w -> w.over(defaults))
        .or(() -> continuous ? Optional.of(defaults) : Optional.empty());
  }
}
