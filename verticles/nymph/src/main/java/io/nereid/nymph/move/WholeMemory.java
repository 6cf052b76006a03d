package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.pages.LazyPages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sees to it that a container is whole before it is dumped: pages that an earlier move still brings
 * do not exist yet, and a dump would leave them out without a word. Blocks.
 */
public final class WholeMemory {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private final MoveParts parts;

  public WholeMemory(MoveParts parts) {
    this.parts = parts;
  }

  /** Waits for all pages; WRONG_STATE when they do not come. */
  public void require(ContainerRecord record) {
    for (Path work : workDirectories(parts, record.id())) {
      LazyPages.End end = parts.lazyPages().awaitEnd(work, LIMIT);
      if (end != LazyPages.End.COMPLETE) {
        boolean late = end == LazyPages.End.LATE;
        throw new FailureException(
            Failure.refused(
                FailureCode.WRONG_STATE,
                "the memory of container "
                    + record.name()
                    + " is not all here"
                    + (late ? " yet" : ": bringing it was broken off"),
                late ? "try again later" : "it cannot be moved; see the daemon's log"));
      }
    }
  }

  /** Where CRIU has worked for restores of a container that are not over yet. */
  static List<Path> workDirectories(MoveParts parts, ContainerId id) {
    Path dumps = parts.paths().dumps(id);
    if (!Files.isDirectory(dumps)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(dumps)) {
      return all.filter(d -> d.getFileName().toString().startsWith("restore-")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + dumps, e);
    }
  }
}
