package io.nereid.coordinator.migration;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import java.util.List;
import java.util.Optional;

/**
 * A coordinator in the simulation: the driver's rules (write down, then do; ask again; "it did not
 * run" only when nobody had asked before) without threads. It may sleep and wake up late, or die.
 */
final class SimLeader {
  private static final long REPLY_GRACE_MS = 1_500;
  private final SimWorld world;
  private final Term term;
  private MigrationRecord record;
  private MigrationRecord saved;
  private boolean dead;
  private boolean stopped;
  private long asleepUntil;
  private Step step;
  private boolean mayHaveRun;
  private boolean before;
  private boolean following;
  private long asking;
  private Effect.Ask ask;
  private int silences;

  SimLeader(SimWorld world, long term) {
    this.world = world;
    this.term = new Term(term);
  }

  void lead(MigrationRecord from, boolean resumed) {
    world.note("leader ", term, " takes ", from);
    record = from;
    saved = from;
    mayHaveRun = resumed;
    proceed(MigrationMachine.resume(record), 0);
  }

  void die() {
    world.note("leader ", term, " dies");
    dead = true;
  }

  /** One that still leads begins again in a new term. */
  private void stop(String why) {
    world.note("leader ", term, " ", why, " and stops");
    stopped = true;
    if (world.leaders.getLast() == this) {
      world.after(300, world.takeOver);
    }
  }

  void sleep(long ms) {
    world.note("leader ", term, " sleeps ", ms);
    asleepUntil = world.now + ms;
  }

  boolean isGone() {
    return dead || stopped;
  }

  boolean isAwake() {
    return !isGone() && world.now >= asleepUntil;
  }

  MigrationRecord record() {
    return record;
  }

  private void when(Runnable action) {
    if (dead || stopped) {
      return;
    }
    if (world.now < asleepUntil) {
      world.after(asleepUntil - world.now, () -> when(action));
    } else {
      action.run();
    }
  }

  private void proceed(List<Effect> effects, int i) {
    if (i >= effects.size()) {
      return;
    }
    switch (effects.get(i)) {
      case Effect.Save s -> save(() -> proceed(effects, i + 1));
      case Effect.Tell t -> proceed(effects, i + 1);
      case Effect.Finish f -> world.note("leader ", term, " has finished ", record);
      case Effect.Ask a -> ask(a);
      case Effect.Swap s -> world.after(pause(s.attempt()), () -> when(() -> swap(s)));
      case Effect.Read r -> world.after(pause(r.attempt()), () -> when(this::read));
    }
  }

  private static long pause(int attempt) {
    return attempt == 0 ? 0 : Math.min(1_000, 50L << Math.min(attempt - 1, 10));
  }

  private void happens(Event event) {
    world.note("leader ", term, " learns ", event);
    Transition transition = MigrationMachine.on(record, event);
    record = transition.record();
    world.note("leader ", term, " now ", record);
    proceed(transition.effects(), 0);
  }

  private void save(Runnable next) {
    MigrationRecord from = saved;
    MigrationRecord to = record;
    boolean[] replaced = {false};
    world.write(
        () -> {
          if (world.stored.equals(Optional.of(from))) {
            world.stored = Optional.of(to);
            replaced[0] = true;
          }
        },
        () ->
            when(() -> {
              if (replaced[0] || world.stored.equals(Optional.of(to))) {
                saved = to;
                next.run();
              } else {
                stop("was overtaken");
              }
            }),
        unknown -> world.after(100, () -> when(() -> save(next))));
  }

  private void swap(Effect.Swap swap) {
    boolean[] swapped = {false};
    world.write(
        () -> {
          if (world.ledger.equals(Optional.of(swap.expected()))) {
            world.ledger = Optional.of(swap.next());
            world.note("ledger ", swap.next());
            swapped[0] = true;
          }
        },
        () ->
            when(() ->
                happens(
                    swapped[0]
                        ? new Event.Swapped(swap.step(), world.instant())
                        : new Event.NotSwapped(swap.step(), world.instant()))),
        failure -> when(() -> happens(new Event.Failed(swap.step(), failure, world.instant()))));
  }

  private void read() {
    world.read(
        () -> when(() -> happens(new Event.LedgerSays(world.ledger, world.instant()))),
        failure -> when(() -> happens(new Event.Failed(record.doing(), failure, world.instant()))));
  }

  private void ask(Effect.Ask next) {
    ask = next;
    silences = 0;
    long mine = ++asking;
    long wait = 0;
    boolean first = step == null;
    if (next.step() != step) {
      mayHaveRun = first && mayHaveRun;
      step = next.step();
    }
    if (!first && !following && next.attempt() > 0) {
      boolean near = world.nodes.get(next.node()).present && !record.phase().isFinal();
      wait = near ? pause(next.attempt()) : 5_000;
    }
    following = false;
    world.after(wait, () -> when(() -> askNow(mine)));
  }

  private void askNow(long mine) {
    if (mine != asking) {
      return;
    }
    if (record.phase().isCancellable()) {
      for (NodeId node : List.of(record.migration().source(), record.migration().target())) {
        if (!world.nodes.get(node).present) {
          answered(mine, new Event.NodeLost(node, world.instant()));
          return;
        }
      }
    }
    if (!world.nodes.get(ask.node()).present) {
      answered(mine, failed(Walk.AWAY));
      return;
    }
    long waitMs = ask.step() == Step.SEND_AHEAD || ask.step() == Step.SEND_DELTA ? 300 : 2_000;
    StepRequest request =
        new StepRequest(
            record.migration().id(),
            record.migration().container(),
            new Fence(term, ask.epoch()),
            ask.command(),
            waitMs);
    boolean[] over = {false};
    before = mayHaveRun;
    mayHaveRun = true;
    world.send(
        ask.node(),
        request,
        reply ->
            when(() -> {
              if (!over[0] && mine == asking) {
                over[0] = true;
                replied(mine, reply);
              }
            }));
    world.after(
        waitMs + REPLY_GRACE_MS,
        () ->
            when(() -> {
              if (!over[0] && mine == asking) {
                over[0] = true;
                replied(mine, Walk.UNKNOWN);
              }
            }));
  }

  private void replied(long mine, Object reply) {
    switch (reply) {
      case StepReply.Running r -> {
        following = true;
        answered(mine, new Event.Progressed(ask.step(), r.progress(), world.instant()));
      }
      case StepReply.Done d ->
          answered(mine, new Event.Done(ask.step(), d.result(), world.instant()));
      case StepReply.Failed f -> {
        if (f.failure().code() == FailureCode.STALE_TERM) {
          stop("is refused");
        } else {
          mayHaveRun = before || f.failure().certainty() != Certainty.DID_NOT_RUN;
          answered(mine, failed(f.failure()));
        }
      }
      case Failure failure -> {
        mayHaveRun = before || failure.certainty() != Certainty.DID_NOT_RUN;
        if (failure.certainty() == Certainty.UNKNOWN && ++silences < 2) {
          askNow(mine);
        } else {
          answered(mine, failed(failure));
        }
      }
      default -> throw new IllegalStateException(reply.toString());
    }
  }

  private Event failed(Failure failure) {
    boolean doubtful =
        ask.step() == Step.RESTORE && mayHaveRun && failure.certainty() == Certainty.DID_NOT_RUN;
    Failure sure = doubtful ? Failure.unknown(failure.code(), failure.message(), "") : failure;
    return new Event.Failed(ask.step(), sure, world.instant());
  }

  private void answered(long mine, Event event) {
    if (mine == asking) {
      asking++;
      ask = null;
      happens(event);
    }
  }

  void nodeChanged(NodeId node, boolean present) {
    when(() -> {
      if (ask == null) {
        return;
      }
      if (!present) {
        answered(asking, new Event.NodeLost(node, world.instant()));
      } else if (node.equals(ask.node())) {
        askNow(asking);
      }
    });
  }

  void cancel() {
    when(() -> {
      if (ask != null && record.phase().isCancellable()) {
        answered(asking, new Event.CancelRequested(world.instant()));
      }
    });
  }
}
