package io.nereid.coordinator.driver;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.MIGRATION;
import static io.nereid.coordinator.testkit.Examples.NOW;
import static io.nereid.coordinator.testkit.Examples.held;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.coordinator.membership.Membership;
import io.nereid.coordinator.migration.Effect;
import io.nereid.coordinator.migration.Event;
import io.nereid.coordinator.migration.MigrationMachine;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.coordinator.migration.Step;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What people ask for while a host is away that should do something. */
class AskerTest {
  private static final MigrationRecord OUTSTANDING =
      MigrationRecord.recovered(MIGRATION, held(B, 6), A, B, NOW);

  /** The target is away. */
  private static final Membership SOURCE_ONLY =
      new Membership() {
        @Override
        public List<NodeId> present() {
          return List.of(A);
        }

        @Override
        public Optional<NodeId> leader() {
          return Optional.of(A);
        }

        @Override
        public Runnable watch(BiConsumer<NodeId, Boolean> watcher) {
          return () -> {};
        }
      };

  private final Mailbox mailbox = new Mailbox();
  private final Asker asker =
      new Asker(
          new DriverPorts(
              null,
              null,
              null,
              null,
              SOURCE_ONLY,
              null,
              null,
              null,
              Clock.fixed(NOW, ZoneOffset.UTC),
              null),
          mailbox,
          OUTSTANDING.migration(),
          false);

  private static Effect.Ask ofTarget(MigrationRecord record, StepCommand command, int attempt) {
    return new Effect.Ask(record.doing(), B, new Epoch(6), command, attempt);
  }

  @Test
  void aPromiseIsHandedOnAndASecondOneIsRefusedAndNotAnEventThatCannotBe() {
    StepCommand pages = new StepCommand.AwaitPages();
    assertThat(asker.ask(ofTarget(OUTSTANDING, pages, 0), OUTSTANDING))
        .isInstanceOf(Event.Failed.class);
    CompletableFuture<Void> first = new CompletableFuture<>();
    mailbox.put(new Signal.TakeBack(first));
    Event promised = asker.ask(ofTarget(OUTSTANDING, pages, 1), OUTSTANDING);
    assertThat(promised).isInstanceOf(Event.TakeBackRequested.class);

    MigrationRecord reclaimed = MigrationMachine.on(OUTSTANDING, promised).record();
    assertThat(reclaimed.doing()).isEqualTo(Step.DISCARD);
    CompletableFuture<Void> second = new CompletableFuture<>();
    mailbox.put(new Signal.TakeBack(second));
    mailbox.stop();
    Effect.Ask discard = ofTarget(reclaimed, new StepCommand.Discard(true), 1);
    assertThatThrownBy(() -> asker.ask(discard, reclaimed)).isInstanceOf(StoppedException.class);
    assertThat(first).isNotDone();
    assertThat(second).isCompletedExceptionally();
    assertThat(FailureException.failureOf(second.exceptionNow()).code())
        .isEqualTo(FailureCode.WRONG_STATE);
  }
}
