package io.nereid.coordinator.migration;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.preflight.Predictor;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole protocol of a migration as one function. What is to be undone follows from the record
 * alone, so any coordinator can go on from it. docs/decisions/0001 tells why.
 */
public final class MigrationMachine {
  private MigrationMachine() {}

  /**
   * What comes of an event.
   *
   * @throws IllegalEventException when it cannot happen there
   */
  public static Transition on(MigrationRecord record, Event event) {
    checkStep(record, event);
    Draft draft = new Draft(record, event.at());
    switch (record.phase()) {
      case PREFLIGHT, PREPARE, AHEAD, FREEZE, DUMP, DELTA -> Forward.on(draft, event);
      case GRANT, RESTORE, UNDECIDED, COMMIT -> Decision.on(draft, event);
      case ROLLBACK, RECLAIM -> Back.on(draft, event);
      case OUTSTANDING -> Outstanding.on(draft, event);
      case RELEASE, SUCCEEDED, ROLLED_BACK -> Tail.on(draft, event);
      case NEEDS_OPERATOR -> throw illegal(draft, event);
    }
    MigrationRecord next = draft.record();
    List<Effect> effects = new ArrayList<>();
    if (!(event instanceof Event.Progressed)) {
      effects.add(new Effect.Save());
    }
    effects.add(new Effect.Tell());
    effects.addAll(resume(next));
    return new Transition(next, effects);
  }

  /** What a coordinator has to do that finds this record: the step under way, once more. */
  public static List<Effect> resume(MigrationRecord record) {
    Step step = record.doing();
    return List.of(
        switch (step.kind()) {
          case SOURCE, TARGET ->
              new Effect.Ask(
                  step,
                  nodeOf(record, step),
                  record.current().epoch(),
                  commandOf(record),
                  record.attempts());
          case WRITE ->
              new Effect.Swap(
                  step, record.current(), record.wanted().orElseThrow(), record.attempts());
          case READ -> new Effect.Read(record.migration().container(), record.attempts());
          case NONE -> new Effect.Finish();
        });
  }

  private static NodeId nodeOf(MigrationRecord record, Step step) {
    return step.kind() == Step.Kind.SOURCE
        ? record.migration().source()
        : record.migration().target();
  }

  private static StepCommand commandOf(MigrationRecord record) {
    NodeId source = record.migration().source();
    NodeId target = record.migration().target();
    MigrationOptions options = record.migration().options();
    return switch (record.doing()) {
      case DESCRIBE -> new StepCommand.Describe();
      case CHECK -> new StepCommand.Check(record.facts().orElseThrow());
      case PREPARE ->
          new StepCommand.Prepare(
              move(record), source, false, options.mayComeLater(), options.cooperative());
      case SEND_AHEAD -> sendAhead(record, options);
      case CATCH_UP -> new StepCommand.CatchUp(sendAhead(record, options));
      case FREEZE -> new StepCommand.Freeze(target, Optional.of(sendDelta(record)));
      case DUMP -> new StepCommand.Dump();
      case SEND_DELTA -> sendDelta(record);
      case RESTORE -> new StepCommand.Restore();
      case QUERY -> new StepCommand.Query();
      case AWAIT_PAGES -> new StepCommand.AwaitPages();
      case RELEASE -> new StepCommand.Release();
      case ABORT_SEND -> new StepCommand.AbortSend();
      case THAW -> new StepCommand.Thaw();
      case DISCARD -> new StepCommand.Discard(record.takenBack());
      case GRANT, COMMIT, RETURN, REREAD, NOTHING ->
          throw new IllegalArgumentException(record.doing() + " is not asked of a nymph");
    };
  }

  private static StepCommand.SendDelta sendDelta(MigrationRecord record) {
    return new StepCommand.SendDelta(ticket(record), 0);
  }

  private static StepCommand.SendAhead sendAhead(MigrationRecord record, MigrationOptions options) {
    long memory = move(record).memoryBytes();
    return new StepCommand.SendAhead(
        ticket(record),
        record.migration().target(),
        options,
        Predictor.fixedPauseMs(memory, record.rates()),
        record.rates().bytesPerSecond(),
        record.pages());
  }

  private static MoveDescription move(MigrationRecord record) {
    return record.move().orElseThrow();
  }

  private static TransferTicket ticket(MigrationRecord record) {
    return record.ticket().orElseThrow();
  }

  /** An answer to something else than what is being done, or from a bystander, cannot happen. */
  private static void checkStep(MigrationRecord record, Event event) {
    Step doing = record.doing();
    boolean fits =
        switch (event) {
          case Event.Done e -> e.step() == doing && doing.isAsked();
          case Event.Progressed e -> e.step() == doing && doing.isAsked();
          case Event.Queued e -> e.step() == doing && doing == Step.SEND_AHEAD;
          case Event.Failed e -> e.step() == doing && doing != Step.NOTHING;
          case Event.Swapped e -> e.step() == doing && doing.kind() == Step.Kind.WRITE;
          case Event.NotSwapped e -> e.step() == doing && doing.kind() == Step.Kind.WRITE;
          case Event.LedgerSays e -> doing == Step.REREAD;
          case Event.TakeBackRequested e -> record.canBeTakenBack();
          case Event.CancelRequested e -> record.phase().isCancellable();
          case Event.NodeLost e ->
              doing != Step.NOTHING
                  && (e.node().equals(record.migration().source())
                      || e.node().equals(record.migration().target()));
        };
    if (!fits) {
      throw new IllegalEventException(record.phase(), doing, event);
    }
  }

  static IllegalEventException illegal(Draft draft, Event event) {
    return new IllegalEventException(draft.phase(), draft.from.doing(), event);
  }

  /** True when the step under way is waited for at the node that was lost. */
  static boolean awaits(Draft draft, Event.NodeLost lost) {
    return switch (draft.doing.kind()) {
      case SOURCE -> lost.node().equals(draft.source());
      case TARGET -> lost.node().equals(draft.target());
      case WRITE, READ, NONE -> false;
    };
  }
}
