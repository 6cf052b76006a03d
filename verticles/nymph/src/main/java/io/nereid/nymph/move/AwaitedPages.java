package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.pages.PageCount;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Says whether all memory of a container that has arrived is in place. What is written down before
 * a restore and deleted when all has come is what counts: a host that has lost its programs, or has
 * been started again, does not take silence for success. Blocks.
 */
final class AwaitedPages {
  private static final Duration TELL_EVERY = Duration.ofMillis(300);
  private final MoveParts parts;

  AwaitedPages(MoveParts parts) {
    this.parts = parts;
  }

  StepResult await(MigrationId migration, ContainerId id, Consumer<Progress> told) {
    Path work = Arrival.work(parts, migration, id);
    if (parts.core().store().find(id).isEmpty()) {
      throw lost(id, "it is not on this host any more");
    }
    // In this order: the mark goes before the programs' files do.
    if (!parts.lazyPages().hasBegun(work)) {
      if (Files.exists(parts.paths().container(id).outstanding())) {
        throw lost(id, "the programs that brought its pages are gone");
      }
      return came(work);
    }
    while (true) {
      switch (parts.lazyPages().awaitEnd(work, TELL_EVERY)) {
        case COMPLETE -> {
          return came(work);
        }
        case LATE -> parts.lazyPages().count(work).ifPresent(count -> told.accept(progress(count)));
        case BROKEN -> {
          stop(id);
          throw lost(id, "the programs that brought its pages have ended before all were here");
        }
      }
    }
  }

  private StepResult came(Path work) {
    Optional<PageCount> count = parts.lazyPages().count(work);
    return new StepResult.PagesCame(
        count.map(c -> bytes(c.arrived())).orElse(0L),
        count.map(c -> bytes(c.onDemand())).orElse(0L));
  }

  /** Without its pages the kernel would give it empty ones. */
  private void stop(ContainerId id) {
    if (parts.core().runtime().pid(id).isPresent()) {
      parts.core().runtime().freeze(id);
    }
  }

  private static Progress progress(PageCount count) {
    return new Progress(bytes(count.total()), bytes(count.known()), bytes(count.arrived()), 0, -1);
  }

  private static long bytes(long pages) {
    return pages * PagemapFile.PAGE_BYTES;
  }

  private FailureException lost(ContainerId id, String why) {
    return new FailureException(
        Failure.of(
            FailureCode.PAGES_LOST,
            "container " + id + " cannot go on at host " + parts.paths().node() + ": " + why,
            "its frozen copy at the source goes on"));
  }
}
