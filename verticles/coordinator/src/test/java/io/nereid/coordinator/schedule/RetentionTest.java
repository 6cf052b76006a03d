package io.nereid.coordinator.schedule;

import static io.nereid.coordinator.schedule.Examples.HERE;
import static io.nereid.coordinator.schedule.Examples.THERE;
import static io.nereid.coordinator.schedule.Examples.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static SnapshotPolicy keep(int count, long ms, long bytes) {
    return new SnapshotPolicy(Optional.of(5_000L), Optional.empty(), 3, count, ms, bytes, 1);
  }

  /** One every second, in chains of three, held where they were taken. */
  private static List<Snapshot> taken(int count) {
    return IntStream.range(0, count).mapToObj(i -> Examples.of(i, i % 3 + 1, 3)).toList();
  }

  private static List<SnapshotPlace> here(List<Snapshot> all) {
    return all.stream().map(s -> new SnapshotPlace(s, HERE, true)).toList();
  }

  private static Set<SnapshotId> dropped(
      SnapshotPolicy policy, List<SnapshotPlace> places, Set<SnapshotId> inUse) {
    Set<SnapshotId> ids = new HashSet<>();
    Retention.drop(policy, places, HERE, inUse, at(100)).forEach(d -> ids.add(d.snapshot().id()));
    return ids;
  }

  private static Set<SnapshotId> ids(List<Snapshot> all, int... which) {
    Set<SnapshotId> ids = new HashSet<>();
    IntStream.of(which).forEach(i -> ids.add(all.get(i).id()));
    return ids;
  }

  @Test
  void whatLedToAnEndIsKeptUntilTheNextChainIsComplete() {
    List<Snapshot> eight = taken(8);
    assertThat(dropped(keep(0, 0, 0), here(eight), Set.of())).isEqualTo(ids(eight, 0, 1));
    List<Snapshot> five = taken(5);
    assertThat(dropped(keep(0, 0, 0), here(five), Set.of())).isEmpty();
  }

  @Test
  void theCountIsOfEndsOfChains() {
    List<Snapshot> nine = taken(9);
    assertThat(dropped(keep(2, 0, 0), here(nine), Set.of())).isEqualTo(ids(nine, 0, 1, 2, 3, 4));
  }

  @Test
  void whatIsTooOldGoesButNeverTheNewest() {
    List<Snapshot> all = taken(9);
    assertThat(dropped(keep(0, 94_500, 0), here(all), Set.of()))
        .isEqualTo(ids(all, 0, 1, 2, 3, 4, 5));
    assertThat(dropped(keep(0, 1, 0), here(all), Set.of()))
        .hasSize(8)
        .doesNotContain(all.get(8).id());
  }

  @Test
  void bytesCountTheOldestThatIsKeptAsAWhole() {
    List<Snapshot> all = IntStream.range(0, 6).mapToObj(i -> Examples.of(i, 1, 1)).toList();
    // 100 new bytes each of 1000 in all: the newest five take 1400.
    assertThat(dropped(keep(0, 0, 1_400), here(all), Set.of())).isEqualTo(ids(all, 0));
  }

  @Test
  void whatIsInUseNamedOrTakenByAPersonStays() {
    List<Snapshot> all = taken(9);
    assertThat(dropped(keep(1, 0, 0), here(all), ids(all, 2))).doesNotContain(all.get(2).id());
    Snapshot byHand = Examples.snapshot(at(-5), Optional.empty(), 100, 10, 50);
    List<SnapshotPlace> places = new ArrayList<>(here(all));
    places.add(new SnapshotPlace(byHand, HERE, true));
    assertThat(dropped(keep(1, 1, 1), places, Set.of())).doesNotContain(byHand.id());
  }

  @Test
  void theNewestThatAnotherHostHoldsStaysAsRecoveryPoint() {
    List<Snapshot> all = taken(12);
    List<SnapshotPlace> places = new ArrayList<>(here(all));
    places.add(new SnapshotPlace(all.get(2), THERE, false));
    assertThat(dropped(keep(1, 1, 1), places, Set.of())).doesNotContain(all.get(2).id());
    places.add(new SnapshotPlace(all.get(5), THERE, true));
    assertThat(dropped(keep(1, 1, 1), places, Set.of()))
        .contains(all.get(2).id())
        .doesNotContain(all.get(5).id());
  }

  @Property
  void whateverThePolicyTheNewestAndTheRecoveryPointRemain(
      @ForAll @IntRange(max = 5) int count,
      @ForAll @LongRange(max = 120_000) long ms,
      @ForAll @LongRange(max = 3_000) long bytes,
      @ForAll @IntRange(min = 1, max = 30) int taken,
      @ForAll @Size(max = 5) List<@IntRange(max = 29) Integer> copied) {
    List<Snapshot> all = taken(taken);
    List<SnapshotPlace> places = new ArrayList<>(here(all));
    List<Integer> there = copied.stream().filter(i -> i < taken).toList();
    there.forEach(i -> places.add(new SnapshotPlace(all.get(i), THERE, true)));
    Set<SnapshotId> dropped = dropped(keep(count, ms, bytes), places, Set.of());
    assertThat(dropped).doesNotContain(all.getLast().id());
    there.stream()
        .max(Integer::compare)
        .ifPresent(newest -> assertThat(dropped).doesNotContain(all.get(newest).id()));
  }
}
