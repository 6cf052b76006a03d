package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.port.Loan;
import io.nereid.port.PageTicket;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.message.NymphMessages.AnnounceRequest;
import io.nereid.protocol.message.StepMessages.Fate;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the host to which a container comes. What is reserved is on disk before it is made;
 * whether a restore has begun is on disk before it begins. Blocks.
 */
final class TargetSteps {
  private static final Logger LOG = LoggerFactory.getLogger(TargetSteps.class);
  private static final long MARGIN_BYTES = 1L << 30;
  private static final Duration STAGING_LIMIT = Duration.ofMinutes(1);
  private static final String LAZY_FEATURE = "uffd";
  private final MoveParts parts;
  private final IncomingStore incoming;
  private final TargetCheck check;
  private final Arrival arrival;

  TargetSteps(MoveParts parts) {
    this.parts = parts;
    this.incoming = new IncomingStore(parts.paths().data().resolve("incoming"));
    this.check = new TargetCheck(parts);
    this.arrival = new Arrival(parts, incoming);
  }

  StepResult prepare(StepRequest request, StepCommand.Prepare step) {
    ContainerId id = request.container();
    incoming
        .of(id)
        .filter(other -> !other.migration().equals(request.migration()))
        .ifPresent(this::giveUp);
    check.check(step.move(), step.closeConnections());
    Incoming entry =
        new Incoming(
            request.migration(),
            id,
            step.source(),
            step.move(),
            request.fence().epoch(),
            Incoming.Stage.RESERVED,
            step.closeConnections());
    incoming.save(entry);
    if (step.move().network().mode() != NetworkMode.HOST) {
      parts.core().network().create(id, step.move().network(), true);
    }
    long most = 2 * (step.move().memoryBytes() + step.move().filesBytes()) + MARGIN_BYTES;
    ReceiveRequest receive =
        new ReceiveRequest(
            request.migration(), id, request.fence(), most, label -> whole(entry, label));
    TransferTicket ticket = parts.transfer().open(receive);
    if (step.cooperative()) {
      // Beside the move, which does not wait for it.
      Thread.ofVirtual().name("helpers").start(() -> findHelp(entry));
    }
    return new StepResult.Prepared(ticket, prepareLazily(entry, step.pagesLater(), ticket.host()));
  }

  private void findHelp(Incoming entry) {
    MigrationId migration = entry.migration();
    try {
      List<String> missing =
          entry.move().layers().stream().filter(digest -> !isHere(digest)).toList();
      List<Loan> loans = parts.helpers().lend(entry.container(), missing, entry.source());
      if (!loans.isEmpty()) {
        parts.transfer().help(migration, loans);
        LOG.info(
            "hosts {} help with migration {}", loans.stream().map(Loan::host).toList(), migration);
      }
    } catch (RuntimeException e) {
      LOG.info("nobody helps with migration {}: {}", migration, e.toString());
    }
  }

  private boolean isHere(String layer) {
    try {
      parts.transfer().layer(layer);
      return true;
    } catch (FailureException e) {
      return false;
    }
  }

  /** All that can be done before the grant is done while the coordinator makes it. */
  private void whole(Incoming entry, SetLabel label) {
    if (label.isOfFrozen()) {
      String operation = "preparing the restore of migration " + entry.migration();
      try {
        parts
            .core()
            .executor()
            .runWhenFree(
                entry.container(),
                operation,
                STAGING_LIMIT,
                () -> {
                  arrival.stage(entry.migration(), label);
                  return null;
                });
      } catch (FailureException e) {
        LOG.warn("{} waits for the grant: {}", operation, e.getMessage());
      }
    }
  }

  /** Started now, because starting it takes longer than the restore may. */
  private Optional<PageTicket> prepareLazily(Incoming entry, boolean pagesLater, String host) {
    long from = parts.criu().lazyFromBytes();
    boolean wanted = pagesLater || (from > 0 && entry.move().memoryBytes() >= from);
    if (!wanted || !parts.probe().capabilities().criuFeatures().contains(LAZY_FEATURE)) {
      return Optional.empty();
    }
    Path work = arrival.work(entry);
    try {
      Files.createDirectories(work);
      parts.lazyPages().prepare(work, pagesLater ? Optional.of(host) : Optional.empty());
      return pagesLater ? Optional.of(parts.lazyPages().ticket(work, host)) : Optional.empty();
    } catch (IOException | FailureException e) {
      LOG.warn("container {} will wait for its memory: {}", entry.container(), e.getMessage());
      return Optional.empty();
    }
  }

  /** A reservation of an earlier migration that nobody has given back; it never ran here. */
  private void giveUp(Incoming other) {
    if (other.stage() != Incoming.Stage.RESERVED) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY,
              "container "
                  + other.container()
                  + " is coming here by migration "
                  + other.migration(),
              "wait for its end"));
    }
    arrival.clean(other);
  }

  void announce(AnnounceRequest request) {
    boolean reserved =
        incoming
            .find(request.migration())
            .filter(i -> i.container().equals(request.id()))
            .filter(i -> i.stage() == Incoming.Stage.RESERVED)
            .filter(i -> i.move().network().mode() == NetworkMode.BRIDGE)
            .isPresent();
    if (reserved) {
      parts.core().network().announce(request.id());
    }
  }

  StepResult restore(StepRequest request) {
    Incoming entry =
        incoming
            .find(request.migration())
            .orElseThrow(() ->
                new FailureException(
                    Failure.of(
                        FailureCode.WRONG_STATE,
                        "nothing is prepared here for migration " + request.migration(),
                        "the container goes back to its source")));
    return arrival.restore(entry, request.fence().epoch());
  }

  StepResult query(StepRequest request, boolean restoring) {
    Fate fate =
        restoring || arrival.isUnderWay(request.container())
            ? Fate.RESTORING
            : isHere(request.container()) ? Fate.RUNNING : Fate.ABSENT;
    return new StepResult.TargetState(fate);
  }

  private boolean isHere(ContainerId id) {
    return parts
        .core()
        .store()
        .find(id, ContainerRecord.Stage.READY)
        .filter(r -> r.hold().isEmpty())
        .isPresent();
  }

  /** Waits until nothing of its memory is missing any more. */
  StepResult awaitPages(StepRequest request, Consumer<Progress> told) {
    return new AwaitedPages(parts).await(request.migration(), request.container(), told);
  }

  StepResult discard(StepRequest request, boolean arrived) {
    MigrationId migration = request.migration();
    arrival.awaitUnderWay(request.container());
    if (isHere(request.container()) && arrived) {
      arrival.removeArrived(migration, request.container());
      return new StepResult.Ok();
    }
    if (isHere(request.container())) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "container " + request.container() + " has arrived here",
              "nothing may be discarded"));
    }
    Incoming entry = incoming.find(migration).orElse(null);
    if (entry == null) {
      parts.transfer().close(migration);
      return new StepResult.Ok();
    }
    arrival.clean(entry);
    return new StepResult.Ok();
  }

  /** Containers for which something may exist here without a record. */
  Set<ContainerId> reserved() {
    Set<ContainerId> ids = new HashSet<>();
    incoming.all().forEach(i -> ids.add(i.container()));
    return ids;
  }

  /** What waits for a grant ends, as it would with this process. */
  void close() {
    arrival.close();
  }

  /** After a restart: what was only reserved goes, what was being restored is looked at. */
  void resume() {
    for (Incoming entry : incoming.all()) {
      try {
        switch (entry.stage()) {
          case RESERVED -> arrival.clean(entry);
          case RESTORING -> arrival.examine(entry);
        }
      } catch (RuntimeException e) {
        LOG.error("taking up {} failed; it is tried again when asked", entry.migration(), e);
      }
    }
    parts.core().store().all().forEach(record -> arrival.watchPages(record.id()));
  }
}
