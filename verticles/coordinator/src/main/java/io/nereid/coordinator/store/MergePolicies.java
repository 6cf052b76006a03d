package io.nereid.coordinator.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.recovery.Recovery;
import io.nereid.protocol.codec.WireCodec;
import java.util.Comparator;

/**
 * Which of two values survives when two halves of a cluster find each other again. The higher rank
 * wins, never the later clock. Named by class in the configuration; each member makes its own.
 */
public final class MergePolicies {
  private MergePolicies() {}

  abstract static class Ranked
      implements SplitBrainMergePolicy<String, MergingValue<String>, Object> {
    /** Negative when the first is the lower. Throws when one of them cannot be read. */
    abstract int compare(String first, String second);

    @Override
    public Object merge(MergingValue<String> merging, MergingValue<String> existing) {
      String theirs = merging.getValue();
      String ours = existing == null ? null : existing.getValue();
      return choose(theirs, ours);
    }

    final String choose(String theirs, String ours) {
      if (ours == null) {
        return theirs;
      }
      if (theirs == null) {
        return ours;
      }
      try {
        return compare(theirs, ours) > 0 ? theirs : ours;
      } catch (RuntimeException unreadable) {
        return ours;
      }
    }

    @Override
    public void writeData(ObjectDataOutput out) {}

    @Override
    public void readData(ObjectDataInput in) {}
  }

  /** For ownership: the higher epoch; in the same epoch the confirmed one. */
  public static final class HigherEpoch extends Ranked {
    private static final Comparator<Ownership> RANK =
        Comparator.comparing(Ownership::epoch)
            .thenComparing(o -> o.stage() == Ownership.Stage.HELD ? 1 : 0)
            .thenComparing(Ownership::owner);

    @Override
    int compare(String first, String second) {
      return RANK.compare(
          WireCodec.decode(first, Ownership.class), WireCodec.decode(second, Ownership.class));
    }
  }

  /** For migrations: the one that got further. */
  public static final class HigherVersion extends Ranked {
    @Override
    int compare(String first, String second) {
      return Long.compare(
          WireCodec.decode(first, MigrationRecord.class).version(),
          WireCodec.decode(second, MigrationRecord.class).version());
    }
  }

  /** For recoveries: the one that got further. */
  public static final class HigherGrant extends Ranked {
    private static final Comparator<Recovery> RANK =
        Comparator.comparing((Recovery r) -> r.granted().epoch())
            .thenComparing(r -> r.unfinished() ? 0 : 1);

    @Override
    int compare(String first, String second) {
      return RANK.compare(
          WireCodec.decode(first, Recovery.class), WireCodec.decode(second, Recovery.class));
    }
  }

  /** For locations: the higher epoch, then the later report. */
  public static final class NewerLocation extends Ranked {
    private static final Comparator<Location> RANK =
        Comparator.comparing((Location l) -> l.status().epoch()).thenComparing(Location::updated);

    @Override
    int compare(String first, String second) {
      return RANK.compare(
          WireCodec.decode(first, Location.class), WireCodec.decode(second, Location.class));
    }
  }

  /** For terms. */
  public static final class HigherNumber extends Ranked {
    @Override
    int compare(String first, String second) {
      return Long.compare(Long.parseLong(first), Long.parseLong(second));
    }
  }
}
