package io.nereid.coordinator.store;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.ID;
import static io.nereid.coordinator.testkit.Examples.MIGRATION;
import static io.nereid.coordinator.testkit.Examples.NOW;
import static io.nereid.coordinator.testkit.Examples.granted;
import static io.nereid.coordinator.testkit.Examples.held;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.nereid.coordinator.migration.Event;
import io.nereid.coordinator.migration.MigrationMachine;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.coordinator.migration.Step;
import io.nereid.coordinator.testkit.Examples;
import io.nereid.coordinator.testkit.Loopback;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.preflight.Rates;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HazelcastOwnershipLedgerTest {
  private static HazelcastInstance hazelcast;
  private final HazelcastOwnershipLedger ledger = new HazelcastOwnershipLedger(hazelcast);

  @BeforeAll
  static void start() {
    hazelcast = Hazelcast.newHazelcastInstance(new Loopback(1, 1).hazelcast(0, A));
  }

  @AfterAll
  static void stop() {
    hazelcast.shutdown();
  }

  @AfterEach
  void empty() {
    hazelcast.getMap(Maps.OWNERSHIP).clear();
    hazelcast.getMap(Maps.NAMES).clear();
  }

  private static Ownership other(String name) {
    return new Ownership(
        ContainerId.random(),
        new io.nereid.domain.id.ContainerName(name),
        B,
        held(B, 1).epoch(),
        Ownership.Stage.HELD,
        Optional.empty());
  }

  @Test
  void aNameIsGivenOnceUntilItsContainerIsGone() {
    assertThat(ledger.register(held(A, 1))).isTrue();
    assertThat(ledger.register(other("web"))).isFalse();
    assertThat(ledger.remove(held(A, 2))).isFalse();
    assertThat(ledger.remove(held(A, 1))).isTrue();
    assertThat(ledger.register(other("web"))).isTrue();
    assertThat(ledger.read(ID)).isEmpty();
  }

  @Test
  void aNameLeftBehindByAnInterruptedRegistrationIsFree() {
    hazelcast.getMap(Maps.NAMES).put("web", ContainerId.random().value());
    assertThat(ledger.register(held(A, 1))).isTrue();
  }

  @Test
  void onlyTheExpectedEntryIsReplaced() {
    ledger.register(held(A, 1));
    assertThat(ledger.compareAndSet(held(A, 1), granted(B, 2))).isTrue();
    assertThat(ledger.compareAndSet(held(A, 1), held(A, 2))).isFalse();
    assertThat(ledger.read(ID)).contains(granted(B, 2));
    assertThat(ledger.all()).containsExactly(granted(B, 2));
  }

  @Test
  void withoutTheQuorumAWriteIsRefusedAndSaysThatItDidNotHappen() {
    HazelcastInstance lonely = Hazelcast.newHazelcastInstance(new Loopback(1, 2).hazelcast(0, A));
    try {
      HazelcastOwnershipLedger guarded = new HazelcastOwnershipLedger(lonely);
      assertThatThrownBy(() -> guarded.register(held(A, 1)))
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().certainty()).isEqualTo(Certainty.DID_NOT_RUN));
      assertThatThrownBy(() -> guarded.read(ID)).isInstanceOf(FailureException.class);
    } finally {
      lonely.shutdown();
    }
  }

  @Test
  void aMigrationIsReplacedOnlyByWhoKnowsItsLastState() {
    MigrationStore store = new HazelcastMigrationStore(hazelcast);
    MigrationRecord first =
        MigrationRecord.first(MIGRATION, held(A, 1), B, MigrationOptions.DEFAULT, Rates.USUAL, NOW);
    assertThat(store.create(first)).isTrue();
    assertThat(store.create(first)).isFalse();
    MigrationRecord next =
        MigrationMachine.on(
                first,
                new Event.Done(
                    Step.DESCRIBE,
                    Examples.described(Examples.status(ContainerState.RUNNING, 1)),
                    NOW.plusNanos(123_456_789)))
            .record();
    assertThat(store.replace(first, next)).isTrue();
    assertThat(store.replace(first, next)).isFalse();
    assertThat(store.read(MIGRATION)).contains(next);
    // What was read can be compared again: reading and writing lose nothing.
    MigrationRecord read = store.read(MIGRATION).orElseThrow();
    assertThat(
            store.replace(read, MigrationMachine.on(read, new Event.CancelRequested(NOW)).record()))
        .isTrue();
    store.remove(read);
    assertThat(store.all()).hasSize(1);
  }

  @Test
  void termsOnlyRise() {
    TermCounter terms = new TermCounter(hazelcast);
    assertThat(terms.current().value()).isZero();
    assertThat(terms.begin(100).value()).isEqualTo(100);
    assertThat(terms.begin(1).value()).isEqualTo(101);
    assertThat(terms.current().value()).isEqualTo(101);
  }

  @Test
  void ofTwoHalvesTheHigherEpochSurvivesAndInItTheConfirmedOne() {
    MergePolicies.HigherEpoch policy = new MergePolicies.HigherEpoch();
    String low = io.nereid.protocol.codec.WireCodec.encodeText(held(A, 1));
    String granted = io.nereid.protocol.codec.WireCodec.encodeText(granted(B, 2));
    String held = io.nereid.protocol.codec.WireCodec.encodeText(held(B, 2));
    assertThat(policy.choose(low, granted)).isEqualTo(granted);
    assertThat(policy.choose(granted, low)).isEqualTo(granted);
    assertThat(policy.choose(granted, held)).isEqualTo(held);
    assertThat(policy.choose(held, granted)).isEqualTo(held);
    assertThat(policy.choose(held, null)).isEqualTo(held);
    assertThat(policy.choose("rubbish", held)).isEqualTo(held);
  }
}
