package io.nereid.coordinator.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.preflight.Rates;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private final Turns turns = new Turns();
  private final List<String> woken = new ArrayList<>();

  private static Migration move(String source, String target) {
    Ownership base =
        new Ownership(
            ContainerId.random(),
            new ContainerName(source + "-" + target),
            new NodeId(source),
            new Epoch(1),
            Ownership.Stage.HELD,
            Optional.empty());
    return MigrationRecord.first(
            MigrationId.random(),
            base,
            new NodeId(target),
            MigrationOptions.DEFAULT,
            Rates.USUAL,
            Instant.EPOCH)
        .migration();
  }

  private Optional<Turns.Holder> take(Migration migration) {
    return turns.take(migration, () -> woken.add(migration.name().value()));
  }

  @Test
  void aHostIsInOneFreezeAtATimeWhicheverItsPart() {
    Migration first = move("a", "b");
    assertThat(take(first)).isEmpty();
    assertThat(take(first)).as("again").isEmpty();
    assertThat(take(move("a", "c"))).contains(Turns.Holder.of(first));
    assertThat(take(move("c", "b"))).contains(Turns.Holder.of(first));
    assertThat(take(move("b", "c"))).contains(Turns.Holder.of(first));
    assertThat(take(move("d", "e"))).isEmpty();
  }

  @Test
  void whoWaitsIsWokenAndServedInTheOrderOfComing() {
    Migration first = move("a", "b");
    Migration second = move("a", "c");
    Migration third = move("c", "d");
    take(first);
    take(second);
    assertThat(take(third)).as("it would overtake").contains(Turns.Holder.of(second));
    turns.leave(first.id());
    assertThat(woken).containsExactly("a-c", "c-d");
    assertThat(take(third)).contains(Turns.Holder.of(second));
    assertThat(take(second)).isEmpty();
    assertThat(take(third)).contains(Turns.Holder.of(second));
    turns.leave(second.id());
    assertThat(take(third)).isEmpty();
  }

  @Test
  void whoGivesUpWaitingIsInNobodysWay() {
    Migration first = move("a", "b");
    Migration second = move("a", "c");
    Migration third = move("c", "d");
    take(first);
    take(second);
    take(third);
    turns.leave(second.id());
    assertThat(take(third)).isEmpty();
  }

  @Test
  void whatIsFrozenAlreadyHasTheTurnWithoutAsking() {
    Migration frozen = move("a", "b");
    Migration other = move("b", "a");
    turns.hold(frozen);
    turns.hold(other);
    assertThat(take(move("a", "c"))).isPresent();
    turns.leave(frozen.id());
    assertThat(take(move("a", "c"))).contains(Turns.Holder.of(other));
  }

  @Test
  void aSnapshotWaitsForTheMoveOfItsHostAndTheNextMoveForTheSnapshot() {
    Migration move = move("a", "b");
    take(move);
    Turns.Holder snapshot =
        new Turns.Holder("s-1", new ContainerName("c"), Set.of(new NodeId("b")));
    assertThat(turns.await(snapshot, Duration.ofMillis(20))).contains(Turns.Holder.of(move));
    turns.leave(move.id());
    assertThat(turns.await(snapshot, Duration.ofSeconds(10))).isEmpty();
    Migration next = move("b", "c");
    assertThat(take(next)).contains(snapshot);
    turns.leave(snapshot);
    assertThat(take(next)).isEmpty();
  }
}
