package io.nereid.nymph.move;

import io.nereid.bounded.BoundedMap;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.nymph.preflight.Preflight;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages;
import io.nereid.protocol.message.NymphMessages.AnnounceRequest;
import io.nereid.protocol.message.NymphMessages.SourceFactsRequest;
import io.nereid.protocol.message.NymphMessages.TargetFactsRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Performs steps: checks the fence, keeps other operations away from the container, and tells what
 * a step has come to.
 */
public final class MoveSteps implements StepService {
  // A step waits for an operation that was begun before, a dump for example, which is never cut.
  private static final Duration OTHERS_LIMIT = Duration.ofMinutes(15);

  /** Somebody asks what a move would cost, and waits. */
  private static final long WATCH_MS = 250;

  private static final int ENDED_MAX = 10_000;
  private final MoveParts parts;
  private final StepTable table = new StepTable();
  private final Preflight preflight;
  private final MoveDescriber describer;
  private final SourceSteps source;
  private final TargetSteps target;
  private final Set<MigrationId> ended = Collections.newSetFromMap(new BoundedMap<>(ENDED_MAX));

  public MoveSteps(MoveParts parts) {
    this.parts = parts;
    this.preflight =
        new Preflight(parts.core(), parts.probe(), record -> TcpPolicy.moves(parts, record));
    this.describer = new MoveDescriber(parts, preflight);
    this.source = new SourceSteps(parts, this::isGivenUp);
    this.target = new TargetSteps(parts);
  }

  @Override
  public StepReply step(StepRequest request) {
    parts.core().epochs().check(request.fence(), request.container());
    refuseLate(request);
    long waitMs = Math.clamp(request.waitMs(), 0, Addresses.LONG_POLL_MS);
    return table.perform(
        request.migration(), request.command(), waitMs, told -> perform(request, told));
  }

  /**
   * A request that was under way when its migration was given up must not act after it: it would
   * freeze a container that nobody thaws, or reserve what nobody gives back.
   */
  private void refuseLate(StepRequest request) {
    synchronized (ended) {
      switch (request.command()) {
        case StepCommand.AbortSend c -> ended.add(request.migration());
        case StepCommand.Discard c -> ended.add(request.migration());
        case StepCommand.Prepare c -> requireGoingOn(request);
        case StepCommand.SendAhead c -> requireGoingOn(request);
        case StepCommand.CatchUp c -> requireGoingOn(request);
        case StepCommand.Freeze c -> requireGoingOn(request);
        case StepCommand.Dump c -> requireGoingOn(request);
        case StepCommand.SendDelta c -> requireGoingOn(request);
        case StepCommand.Restore c -> requireGoingOn(request);
        case StepCommand.Describe c -> {}
        case StepCommand.Check c -> {}
        case StepCommand.Query c -> {}
        case StepCommand.AwaitPages c -> {}
        case StepCommand.Release c -> {}
        case StepCommand.Thaw c -> {}
      }
    }
  }

  boolean isGivenUp(MigrationId migration) {
    synchronized (ended) {
      return ended.contains(migration);
    }
  }

  private void requireGoingOn(StepRequest request) {
    if (ended.contains(request.migration())) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "migration " + request.migration() + " was given up; the request came too late",
              "begin a new migration"));
    }
  }

  private StepResult perform(StepRequest request, Consumer<Progress> told) {
    String name = request.command().getClass().getSimpleName();
    parts.faults().pass("nymph." + name + ".begin");
    StepResult result = dispatch(request, told);
    parts.faults().pass("nymph." + name + ".end");
    if (request.command() instanceof StepCommand.Freeze f && f.then().isPresent()) {
      goOn(request, new StepCommand.Dump(), f.then());
    }
    return result;
  }

  /** Begins a step before it is asked for; whoever asks for it attaches to it. */
  private void goOn(StepRequest after, StepCommand command, Optional<StepCommand.SendDelta> then) {
    StepRequest next =
        new StepRequest(after.migration(), after.container(), after.fence(), command, 0);
    synchronized (ended) {
      if (ended.contains(after.migration())) {
        return;
      }
      table.perform(
          after.migration(),
          command,
          0,
          told -> {
            StepResult result = perform(next, told);
            then.ifPresent(send -> goOn(next, send, Optional.empty()));
            return result;
          });
    }
  }

  private StepResult dispatch(StepRequest request, Consumer<Progress> told) {
    return switch (request.command()) {
      case StepCommand.Describe c -> describer.describe(request.container(), 0);
      case StepCommand.Check c -> new StepResult.Checked(preflight.target(c.container()));
      case StepCommand.Prepare c -> alone(request, () -> target.prepare(request, c));
      case StepCommand.SendAhead c -> alone(request, () -> source.sendAhead(request, c, told));
      case StepCommand.CatchUp c -> alone(request, () -> source.catchUp(request, c.again(), told));
      case StepCommand.Freeze c -> alone(request, () -> source.freeze(request, c));
      case StepCommand.Dump c -> alone(request, () -> source.dump(request));
      case StepCommand.SendDelta c -> alone(request, () -> source.sendDelta(request, c, told));
      case StepCommand.Restore c -> alone(request, () -> target.restore(request));
      case StepCommand.AwaitPages c -> target.awaitPages(request, told);
      case StepCommand.Release c -> alone(request, () -> source.release(request));
      case StepCommand.Thaw c -> alone(request, () -> source.thaw(request));
      case StepCommand.Discard c -> alone(request, () -> target.discard(request, c.arrived()));
      case StepCommand.Query c ->
          target.query(request, table.isRunning(request.migration(), StepCommand.Restore.class));
      case StepCommand.AbortSend c -> abortSend(request);
    };
  }

  private StepResult abortSend(StepRequest request) {
    parts.transfer().cancel(request.migration());
    table.awaitEnd(request.migration(), StepCommand.SendAhead.class);
    table.awaitEnd(request.migration(), StepCommand.CatchUp.class);
    table.awaitEnd(request.migration(), StepCommand.SendDelta.class);
    table.awaitEnd(request.migration(), StepCommand.Dump.class);
    return alone(request, () -> source.letGo(request));
  }

  private StepResult alone(StepRequest request, Supplier<StepResult> work) {
    String operation =
        request.command().getClass().getSimpleName() + " of migration " + request.migration();
    return parts.core().executor().runWhenFree(request.container(), operation, OTHERS_LIMIT, work);
  }

  @Override
  public CoordinatorMessages.Done announce(AnnounceRequest request) {
    parts.core().epochs().check(request.fence(), request.id());
    target.announce(request);
    return new CoordinatorMessages.Done();
  }

  /**
   * Containers for which a migration has made something here, whether or not they have a record.
   */
  public Set<ContainerId> reserved() {
    return target.reserved();
  }

  @Override
  public ContainerFacts sourceFacts(SourceFactsRequest request) {
    return describer.describe(request.id(), WATCH_MS).facts();
  }

  @Override
  public TargetFacts targetFacts(TargetFactsRequest request) {
    return preflight.target(request.container());
  }

  @Override
  public void resume() {
    source.resume();
    target.resume();
  }

  @Override
  public void close() {
    table.close();
    source.close();
    target.close();
  }
}
