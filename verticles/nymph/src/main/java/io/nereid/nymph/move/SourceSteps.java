package io.nereid.nymph.move;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.migration.Round;
import io.nereid.domain.migration.Rounds;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.criu.Shortcut;
import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.nymph.runtime.CpuThrottle;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.NymphMessages.AnnounceRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the host that a container leaves. It freezes and never kills before the release; a
 * failure leaves the container as frozen as it was, and the thaw is a step of its own. Blocks.
 */
final class SourceSteps {
  private static final Logger LOG = LoggerFactory.getLogger(SourceSteps.class);
  private final MoveParts parts;
  private final SentAhead sent = new SentAhead();
  private final SnapshotAhead ahead;
  private final FrozenDump dump;
  private final FrozenSending sending;
  private final PageFeeds feeds;
  private final SourceHolds holds;
  private final WholeMemory whole;
  private final CpuThrottle throttle;
  private final PreCopy preCopy;
  private final Predicate<MigrationId> givenUp;

  /**
   * Steps.
   *
   * @param givenUp whether a migration need not go on
   */
  SourceSteps(MoveParts parts, Predicate<MigrationId> givenUp) {
    this.parts = parts;
    this.givenUp = givenUp;
    this.throttle = new CpuThrottle(parts.core().cgroups(), parts.core().basics().journal());
    this.preCopy = new PreCopy(parts, sent);
    this.ahead = new SnapshotAhead(parts, sent);
    this.dump = new FrozenDump(parts);
    this.sending = new FrozenSending(parts);
    this.feeds = new PageFeeds(parts);
    this.holds = new SourceHolds(parts);
    this.whole = new WholeMemory(parts);
  }

  StepResult sendAhead(StepRequest request, StepCommand.SendAhead step, Consumer<Progress> told) {
    ContainerRecord record = holds.hold(request, step.target());
    whole.require(record);
    Path directory = directory(request, "ahead");
    boolean complete = false;
    try (CpuThrottle.Hold hold = hold(record)) {
      boolean memory = step.options().ahead();
      List<Tree> trees =
          ahead.trees(
              record, request.migration(), directory, memory, () -> !givenUp(request.migration()));
      SendReport first =
          parts
              .transfer()
              .send(
                  sending(request, step, SetLabel.AHEAD, trees, record),
                  p -> told.accept(memory ? p.inRound(1) : p));
      Rounds rounds = rounds(request, step, List.of(first), hold, told);
      StepResult result =
          sent(
              first,
              feeds.prepare(
                  request, step, sent.of(request.container(), request.migration()), rounds));
      if (memory) {
        dump.arm(record, directory(request, "final"));
      }
      complete = true;
      return result;
    } finally {
      if (!complete) {
        forget(record.id());
        parts.core().basics().delete().delete(directory);
      }
    }
  }

  /** What has changed while it waited for its turn. */
  StepResult catchUp(StepRequest request, StepCommand.SendAhead step, Consumer<Progress> told) {
    ContainerRecord record = parts.core().store().get(request.container());
    holds.requireHeld(record, request.migration());
    Rounds rounds;
    try (CpuThrottle.Hold hold = hold(record)) {
      rounds = rounds(request, step, List.of(), hold, told);
    }
    if (step.options().ahead()) {
      // What was prepared may have waited for too long.
      dump.arm(record, directory(request, "final"));
    }
    return sent(
        new SendReport(0, 0, 0, 0),
        feeds.prepare(request, step, sent.of(request.container(), request.migration()), rounds));
  }

  private CpuThrottle.Hold hold(ContainerRecord record) {
    return throttle.hold(record.id(), parts.paths().cgroup(record.id()));
  }

  private Rounds rounds(
      StepRequest request,
      StepCommand.SendAhead step,
      List<SendReport> first,
      CpuThrottle.Hold hold,
      Consumer<Progress> told) {
    ContainerRecord record = parts.core().store().get(request.container());
    if (!step.options().ahead()) {
      return Rounds.NONE;
    }
    Path images = directory(request, "ahead").resolve("round");
    PreCopy.Sender sender =
        new PreCopy.Sender() {
          @Override
          public MemorySnapshot read(MemorySnapshot before) {
            return ahead.again(record, before, images, () -> !givenUp(request.migration()));
          }

          @Override
          public SendReport send(MemorySnapshot read, Consumer<Progress> progress) {
            boolean kept = false;
            try {
              List<Tree> trees = List.of(new Tree(TreeKind.IMAGES, images));
              SendReport report =
                  parts
                      .transfer()
                      .send(sending(request, step, SetLabel.ROUND, trees, record), progress);
              sent.keepRound(record.id(), request.migration(), read);
              kept = true;
              return report;
            } finally {
              if (!kept) {
                read.close();
              }
              parts.core().basics().delete().delete(images);
            }
          }
        };
    return preCopy.run(
        record,
        request.migration(),
        step,
        first,
        hold,
        sender,
        () -> givenUp(request.migration()),
        told);
  }

  private SendRequest sending(
      StepRequest request,
      StepCommand.SendAhead step,
      SetLabel label,
      List<Tree> trees,
      ContainerRecord record) {
    return new SendRequest(
        request.migration(),
        record.id(),
        step.ticket(),
        label,
        trees,
        parts.layers(record),
        step.options().bandwidthBytesPerSecond());
  }

  private boolean givenUp(MigrationId migration) {
    return Thread.currentThread().isInterrupted() || givenUp.test(migration);
  }

  StepResult freeze(StepRequest request, StepCommand.Freeze step) {
    ContainerRecord record = holds.hold(request, step.target());
    holds.requireState(record, ContainerState.RUNNING, "freeze");
    whole.require(record);
    boolean bridged = record.network().mode() == NetworkMode.BRIDGE;
    var frozenAt = parts.clock().instant();
    // Both must be done before the dump: what arrived after it would be acknowledged here and lost.
    Beside detaching =
        Beside.start(() -> {
          if (bridged) {
            parts.core().network().detach(record.id());
          }
        });
    try {
      parts.core().runtime().freeze(record.id());
    } finally {
      detaching.join();
    }
    if (bridged) {
      parts
          .announce()
          .accept(
              step.target(),
              new AnnounceRequest(
                  request.fence(), record.id(), request.migration(), parts.paths().node()));
    }
    if (!givenUp(request.migration())) {
      step.then()
          .ifPresent(
              then -> sending.begin(request.migration(), record, then, place(request, record)));
    }
    return new StepResult.Frozen(frozenAt);
  }

  StepResult dump(StepRequest request) {
    ContainerRecord record = parts.core().store().get(request.container());
    holds.requireHeld(record, request.migration());
    holds.requireState(record, ContainerState.FROZEN, "dump");
    MigrationId migration = request.migration();
    Optional<FrozenDump.Later> later = feeds.forDump(migration, record.id());
    Set<Shortcut> allowed =
        record.network().mode() == NetworkMode.BRIDGE
            ? EnumSet.allOf(Shortcut.class)
            : EnumSet.of(Shortcut.COMPRESSION);
    Path directory = directory(request, "final");
    if (!dump.write(record, sent.of(record.id(), migration), directory, allowed, later)) {
      feeds.end(record.id());
    }
    return new StepResult.Ok();
  }

  StepResult sendDelta(StepRequest request, StepCommand.SendDelta step, Consumer<Progress> told) {
    ContainerRecord record = parts.core().store().get(request.container());
    holds.requireHeld(record, request.migration());
    SendReport report =
        sending.finish(request.migration(), record, step, place(request, record), told);
    long later = PageFeeds.laterBytes(directory(request, "final").resolve("images"));
    return new StepResult.Sent(
        report.bytesTotal(), report.bytesSent(), report.tookMs(), Rounds.NONE, later);
  }

  private FrozenSending.Place place(StepRequest request, ContainerRecord record) {
    return new FrozenSending.Place(
        directory(request, "files"),
        directory(request, "final").resolve("images"),
        sent.rounds(record.id(), request.migration()));
  }

  /** Deletes the frozen copy; its images stay as base for the way back. */
  StepResult release(StepRequest request) {
    ContainerId id = request.container();
    Optional<ContainerRecord> found = parts.core().store().find(id);
    if (found.isEmpty()) {
      return new StepResult.Ok();
    }
    ContainerRecord record = found.get();
    holds.requireHeld(record, request.migration());
    // While it is frozen, so that nothing of it runs again, not even for the time of a thaw.
    parts.core().cgroups().killAll(parts.paths().cgroup(id));
    parts.core().runtime().takeDown(record);
    Path images = directory(request, "final").resolve("images");
    // Where the memory is: what has changed since is not worth a second directory.
    Path kept =
        ImageChain.isChained(images) ? directory(request, "ahead").resolve("images") : images;
    forget(id);
    parts.core().volumes().moves().drop(id);
    parts
        .core()
        .runtime()
        .deleteFiles(id, Files.isDirectory(kept) ? Optional.of(kept) : Optional.empty());
    parts.core().store().forget(id);
    return new StepResult.Ok();
  }

  /**
   * Forgets the migration of a container that was never frozen: no thaw will come for it. A frozen
   * one stays held until then.
   */
  StepResult letGo(StepRequest request) {
    ContainerId id = request.container();
    parts
        .core()
        .store()
        .find(id)
        .filter(r -> holds.isHeld(r, request.migration()))
        .filter(r -> parts.core().view().state(r) != ContainerState.FROZEN)
        .ifPresent(r -> {
          forget(id);
          parts.core().basics().delete().delete(parts.paths().dumps(id));
          parts.core().store().update(id, now -> now.withHold(Optional.empty()));
        });
    return new StepResult.Ok();
  }

  /** Lets it run on. Does nothing when it was never frozen. */
  StepResult thaw(StepRequest request) {
    ContainerRecord record = parts.core().store().get(request.container());
    if (record.hold().isEmpty()) {
      return new StepResult.Ok();
    }
    holds.requireHeld(record, request.migration());
    ContainerId id = record.id();
    feeds.end(id);
    if (record.network().mode() == NetworkMode.BRIDGE
        && parts.core().network().namespace(id).isPresent()) {
      parts.core().network().attach(id);
    }
    if (parts.core().view().state(record) == ContainerState.FROZEN) {
      parts.core().runtime().thaw(id);
    }
    if (record.network().mode() == NetworkMode.BRIDGE
        && parts.core().network().namespace(id).isPresent()) {
      parts.core().network().announce(id);
    }
    forget(id);
    parts.core().store().update(id, r -> r.withHold(Optional.empty()));
    parts.core().basics().delete().delete(parts.paths().dumps(id));
    LOG.info("container {} runs on here", id);
    return new StepResult.Ok();
  }

  /** What waits for a freeze ends, as it would with this process. */
  void close() {
    dump.close();
  }

  private void forget(ContainerId id) {
    sending.end(id);
    feeds.end(id);
    dump.giveUp(id);
    sent.forget(id);
  }

  private Path directory(StepRequest request, String part) {
    return parts
        .paths()
        .dumps(request.container())
        .resolve(part + "-" + request.migration().value());
  }

  private static StepResult sent(SendReport report, Rounds rounds) {
    long more =
        rounds.rounds().stream().filter(r -> r.number() > 1).mapToLong(Round::sentBytes).sum();
    return new StepResult.Sent(
        report.bytesTotal(), report.bytesSent() + more, report.tookMs(), rounds);
  }

  /** After a restart: nothing is held back any more. */
  void resume() {
    throttle.resetAll();
  }
}
