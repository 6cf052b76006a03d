package io.nereid.nymph.epoch;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.Term;
import io.nereid.nymph.fs.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Refuses commands of the past. What has been admitted is on disk before the command acts, so a
 * restarted host refuses the same. Epochs of containers that have left stay: their old commands may
 * still be on the way. Thread-safe; raising blocks for a disk write.
 */
public final class EpochGuard {
  private static final String TERM_FILE = "term";
  private final Path directory;
  private final Map<ContainerId, Epoch> epochs = new HashMap<>();
  private Term term = new Term(0);

  private EpochGuard(Path directory) {
    this.directory = directory;
  }

  /** Reads what was seen; a file that cannot be read is fatal, because guessing could run two. */
  public static EpochGuard open(Path directory) {
    EpochGuard guard = new EpochGuard(directory);
    try {
      Files.createDirectories(directory);
      guard.load();
      return guard;
    } catch (IOException e) {
      throw new UncheckedIOException("the epochs in " + directory + ": " + e, e);
    }
  }

  private void load() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(".")) {
          continue;
        }
        long value = Long.parseLong(Files.readString(file).strip());
        if (name.equals(TERM_FILE)) {
          term = new Term(value);
        } else {
          epochs.put(new ContainerId(name), new Epoch(value));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("unreadable: " + e.getMessage(), e);
    }
  }

  /**
   * Admits a command: throws STALE_TERM or STALE_EPOCH when a higher one has been seen, otherwise
   * remembers what it carries.
   */
  public synchronized void check(Fence fence, ContainerId container) {
    checkTerm(fence.term());
    checkEpoch(fence.epoch(), container);
    raise(fence, container);
  }

  /** Refuses a command of an old term: STALE_TERM. */
  public synchronized void checkTerm(Term sent) {
    if (sent.compareTo(term) < 0) {
      throw new FailureException(
          Failure.refused(
              FailureCode.STALE_TERM,
              "the command comes from term " + sent + ", term " + term + " has begun",
              "the coordinator that sent it no longer leads; ask again"));
    }
  }

  /**
   * Refuses an old epoch like {@link #check}, for commands that decide nothing and have no term.
   */
  public synchronized void checkEpoch(Epoch epoch, ContainerId container) {
    Epoch seen = epochs.get(container);
    if (seen != null && epoch.isOlderThan(seen)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.STALE_EPOCH,
              "the command about "
                  + container
                  + " is of epoch "
                  + epoch
                  + ", epoch "
                  + seen
                  + " has begun",
              "ask again: the container's ownership has changed meanwhile"));
    }
  }

  /** Remembers what a fence carries where it is higher than what was seen. */
  public synchronized void raise(Fence fence, ContainerId container) {
    if (fence.term().compareTo(term) > 0) {
      write(TERM_FILE, fence.term().value());
      term = fence.term();
    }
    Epoch seen = epochs.get(container);
    if (seen == null || seen.isOlderThan(fence.epoch())) {
      write(container.value(), fence.epoch().value());
      epochs.put(container, fence.epoch());
    }
  }

  private void write(String name, long value) {
    try {
      DurableFile.write(
          directory.resolve(name), (value + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remember an epoch in " + directory, e);
    }
  }

  /** The highest epoch seen for a container; the first one when none was. */
  public synchronized Epoch epoch(ContainerId container) {
    return epochs.getOrDefault(container, Epoch.FIRST);
  }

  /** The highest term seen. */
  public synchronized Term term() {
    return term;
  }
}
