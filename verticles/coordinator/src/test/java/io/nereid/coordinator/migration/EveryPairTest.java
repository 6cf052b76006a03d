package io.nereid.coordinator.migration;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.C;
import static io.nereid.coordinator.testkit.Examples.NOW;
import static io.nereid.coordinator.testkit.Examples.held;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.migration.Phase;
import io.nereid.domain.migration.Progress;
import io.nereid.protocol.message.StepMessages.Fate;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The legal table: each state there is, each event there is; everything else is refused. */
class EveryPairTest {
  /**
   * D done, P progressed, F failed, S swapped, N not swapped, L ledger says, C cancel, X lost, Q
   * queued, T take back.
   */
  private static final String ASKED = "DPFX";

  private static final String WRITE = "SNFX";
  private static final String READ = "LFX";

  private static final Map<String, String> LEGAL = new LinkedHashMap<>();

  static {
    LEGAL.put("PREFLIGHT/DESCRIBE", ASKED + "C");
    LEGAL.put("PREFLIGHT/CHECK", ASKED + "C");
    LEGAL.put("PREPARE/PREPARE", ASKED + "C");
    LEGAL.put("AHEAD/SEND_AHEAD", ASKED + "CQ");
    LEGAL.put("AHEAD/CATCH_UP", ASKED + "C");
    LEGAL.put("FREEZE/FREEZE", ASKED + "C");
    LEGAL.put("DUMP/DUMP", ASKED + "C");
    LEGAL.put("DELTA/SEND_DELTA", ASKED + "C");
    LEGAL.put("GRANT/GRANT", WRITE);
    LEGAL.put("GRANT/REREAD", READ);
    LEGAL.put("RESTORE/RESTORE", ASKED);
    LEGAL.put("UNDECIDED/QUERY", ASKED + "T");
    LEGAL.put("COMMIT/COMMIT", WRITE);
    LEGAL.put("COMMIT/REREAD", READ);
    LEGAL.put("OUTSTANDING/AWAIT_PAGES", ASKED + "T");
    LEGAL.put("RELEASE/RELEASE", ASKED);
    LEGAL.put("SUCCEEDED/RELEASE", ASKED);
    LEGAL.put("SUCCEEDED/NOTHING", "");
    LEGAL.put("ROLLBACK/ABORT_SEND", ASKED);
    LEGAL.put("ROLLBACK/RETURN", WRITE);
    LEGAL.put("ROLLBACK/REREAD", READ);
    LEGAL.put("ROLLBACK/THAW", ASKED);
    LEGAL.put("ROLLBACK/DISCARD", ASKED);
    LEGAL.put("RECLAIM/DISCARD", ASKED + "T");
    LEGAL.put("RECLAIM/RETURN", WRITE);
    LEGAL.put("RECLAIM/REREAD", READ);
    LEGAL.put("RECLAIM/THAW", ASKED);
    LEGAL.put("ROLLED_BACK/DISCARD", ASKED);
    LEGAL.put("ROLLED_BACK/NOTHING", "");
    LEGAL.put("NEEDS_OPERATOR/NOTHING", "");
  }

  private static Map<String, MigrationRecord> states() {
    Map<String, MigrationRecord> states = new LinkedHashMap<>();
    add(states, new Walk());
    add(states, Walk.to(Phase.PREFLIGHT, Step.CHECK));
    for (Phase phase :
        EnumSet.of(
            Phase.PREPARE,
            Phase.AHEAD,
            Phase.FREEZE,
            Phase.DUMP,
            Phase.DELTA,
            Phase.GRANT,
            Phase.RESTORE,
            Phase.COMMIT,
            Phase.RELEASE,
            Phase.SUCCEEDED)) {
      add(states, Walk.to(phase));
    }
    add(states, Walk.to(Phase.AHEAD).queued());
    add(states, Walk.to(Phase.GRANT).bad(Walk.UNKNOWN));
    add(states, Walk.to(Phase.RESTORE).bad(Walk.UNKNOWN));
    add(states, Walk.to(Phase.COMMIT).bad(Walk.UNKNOWN));
    add(states, Walk.to(Phase.RELEASE).bad(Walk.UNKNOWN));
    add(states, Walk.to(Phase.DUMP).bad(Walk.DEFINITE));
    add(states, Walk.to(Phase.FREEZE).bad(Walk.DEFINITE));
    add(states, Walk.to(Phase.FREEZE).bad(Walk.DEFINITE).notSwapped());
    add(states, Walk.to(Phase.FREEZE).bad(Walk.DEFINITE).good());
    add(states, Walk.to(Phase.FREEZE).bad(Walk.DEFINITE).good().good());
    add(states, Walk.to(Phase.RESTORE).bad(Walk.DEFINITE));
    add(states, Walk.to(Phase.RESTORE).bad(Walk.DEFINITE).good());
    add(states, Walk.to(Phase.RESTORE).bad(Walk.DEFINITE).good().notSwapped());
    add(states, Walk.to(Phase.RESTORE).bad(Walk.DEFINITE).good().good());
    add(states, Walk.to(Phase.FREEZE).bad(Walk.DEFINITE).good().good().bad(Walk.AWAY));
    add(states, Walk.to(Phase.PREFLIGHT).bad(Walk.DEFINITE));
    add(states, Walk.postCopy());
    add(states, Walk.to(Phase.COMMIT).notSwapped().says(held(C, 9)));
    return states;
  }

  private static void add(Map<String, MigrationRecord> states, Walk walk) {
    assertThat(states.put(walk.at(), walk.record)).as(walk.at()).isNull();
  }

  /** One of each kind for a step, by letter. */
  private static Map<Character, Event> events(Step step) {
    Map<Character, Event> events = new LinkedHashMap<>();
    events.put('D', new Event.Done(step, Walk.resultOf(step), NOW));
    events.put('P', new Event.Progressed(step, Progress.NONE, NOW));
    events.put('F', new Event.Failed(step, Walk.DEFINITE, NOW));
    events.put('S', new Event.Swapped(step, NOW));
    events.put('N', new Event.NotSwapped(step, NOW));
    events.put('L', new Event.LedgerSays(Optional.of(held(A, 5)), NOW));
    events.put('C', new Event.CancelRequested(NOW));
    events.put('X', new Event.NodeLost(B, NOW));
    events.put('T', new Event.TakeBackRequested(NOW));
    events.put('Q', new Event.Queued(step, new StepResult.Sent(1, 1, 1), Walk.AWAY, NOW));
    return events;
  }

  @Test
  void theTableNamesEveryStateThatCanBeReached() {
    assertThat(states().keySet()).containsExactlyInAnyOrderElementsOf(LEGAL.keySet());
    Set<String> phases =
        LEGAL.keySet().stream()
            .map(s -> s.substring(0, s.indexOf('/')))
            .collect(Collectors.toSet());
    assertThat(phases).hasSameSizeAs(Phase.values());
  }

  @Test
  void everyLegalPairIsTakenAndEveryOtherIsRefused() {
    int pairs = 0;
    for (var state : states().entrySet()) {
      String legal = LEGAL.get(state.getKey());
      for (var event : events(state.getValue().doing()).entrySet()) {
        String pair = state.getKey() + " with " + event.getValue();
        pairs++;
        if (legal.indexOf(event.getKey()) >= 0) {
          assertThatCode(() -> MigrationMachine.on(state.getValue(), event.getValue()))
              .as(pair)
              .doesNotThrowAnyException();
        } else {
          assertThatThrownBy(() -> MigrationMachine.on(state.getValue(), event.getValue()))
              .as(pair)
              .isInstanceOf(IllegalEventException.class);
        }
      }
    }
    assertThat(pairs).isEqualTo(LEGAL.size() * 10);
  }

  @Test
  void anAnswerToAnotherStepIsRefusedEverywhere() {
    for (var state : states().entrySet()) {
      for (Step other : Step.values()) {
        if (other != state.getValue().doing()) {
          for (char kind : "DPFSN".toCharArray()) {
            assertThatThrownBy(() -> MigrationMachine.on(state.getValue(), events(other).get(kind)))
                .as(state.getKey() + " with " + kind + " of " + other)
                .isInstanceOf(IllegalEventException.class);
          }
        }
      }
    }
  }

  @Test
  void theLossOfABystanderIsRefusedEverywhere() {
    for (var state : states().entrySet()) {
      assertThatThrownBy(() -> MigrationMachine.on(state.getValue(), new Event.NodeLost(C, NOW)))
          .as(state.getKey())
          .isInstanceOf(IllegalEventException.class);
    }
  }

  @Test
  void whateverHappensIsWrittenDownBeforeAnythingIsDone() {
    for (var state : states().entrySet()) {
      for (char kind : LEGAL.get(state.getKey()).toCharArray()) {
        Event event = events(state.getValue().doing()).get(kind);
        Transition next = MigrationMachine.on(state.getValue(), event);
        assertThat(next.record().version()).isEqualTo(state.getValue().version() + 1);
        if (kind != 'P') {
          assertThat(next.effects().getFirst()).isInstanceOf(Effect.Save.class);
        } else {
          assertThat(next.record().doing()).isEqualTo(state.getValue().doing());
        }
        assertThat(next.effects().getLast())
            .isEqualTo(MigrationMachine.resume(next.record()).getLast());
        assertThat(next.effects().stream().filter(EveryPairTest::bringsAnEvent).count())
            .isEqualTo(next.record().unfinished() ? 1 : 0);
      }
    }
  }

  private static boolean bringsAnEvent(Effect effect) {
    return effect instanceof Effect.Ask
        || effect instanceof Effect.Swap
        || effect instanceof Effect.Read;
  }

  @Test
  void anotherAnswerToAQueryLeadsElsewhereNotNowhere() {
    for (Fate fate : Fate.values()) {
      Walk walk = Walk.to(Phase.RESTORE).bad(Walk.UNKNOWN).fate(fate);
      assertThat(walk.at())
          .isEqualTo(
              switch (fate) {
                case RUNNING -> "COMMIT/COMMIT";
                case ABSENT -> "RECLAIM/DISCARD";
                case RESTORING -> "UNDECIDED/QUERY";
              });
    }
  }
}
