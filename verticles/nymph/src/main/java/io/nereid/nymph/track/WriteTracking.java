package io.nereid.nymph.track;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of one container whose writes the kernel notes, and those for which it cannot: of
 * them nothing is known, and contents have to be compared. Ends with {@link #close} or with this
 * program, and leaves nothing behind. Thread-safe; blocks for a walk over page tables.
 */
public final class WriteTracking implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WriteTracking.class);
  private final Path proc;
  private final Map<Integer, TrackedProcess> processes = new ConcurrentHashMap<>();
  private final Map<Integer, String> reasons = new ConcurrentHashMap<>();
  private final Map<Integer, Long> askedNanos = new ConcurrentHashMap<>();

  WriteTracking(Path proc) {
    this.proc = proc;
  }

  /** Of no process. */
  public static WriteTracking none() {
    return new WriteTracking(Path.of("/proc"));
  }

  /**
   * What is known at the beginning of a round.
   *
   * @param number to be given to {@link #unchangedSince}
   * @param unchanged what need not be read again: it is as it was at the round before
   */
  public record Round(long number, PageRanges unchanged) {
    /** Nothing. */
    public static final Round UNKNOWN = new Round(-1, PageRanges.EMPTY);
  }

  void follow(int pid, int fd) {
    try {
      TrackedProcess before =
          processes.put(pid, TrackedProcess.begin(proc.resolve(Integer.toString(pid)), fd));
      if (before != null) {
        before.close();
      }
      reasons.remove(pid);
    } catch (IOException e) {
      without(pid, e.getMessage());
    }
  }

  void without(int pid, String why) {
    LOG.debug("writes of process {} are not noted: {}", pid, why);
    reasons.put(pid, why);
  }

  /** The same for one of which nothing is known yet. */
  void explain(int pid, String why) {
    if (!processes.containsKey(pid)) {
      without(pid, why);
    }
  }

  /** Of which processes nothing is known although they were asked for, and since when. */
  boolean isWorthAsking(int pid, long nowNanos, long againNanos) {
    Long asked = askedNanos.get(pid);
    return !processes.containsKey(pid) && (asked == null || nowNanos - asked > againNanos);
  }

  void asked(int pid, long nowNanos) {
    askedNanos.put(pid, nowNanos);
  }

  /** Forgets processes that are no longer there. */
  void keepOnly(Collection<Integer> pids) {
    processes
        .keySet()
        .forEach(pid -> {
          if (!pids.contains(pid)) {
            giveUp(pid, "it has ended");
          }
        });
    reasons.keySet().retainAll(pids);
    askedNanos.keySet().retainAll(pids);
  }

  void giveUp(int pid, String why) {
    TrackedProcess process = processes.remove(pid);
    if (process != null) {
      process.close();
    }
    without(pid, why);
  }

  /** Begins a round of a process; must come before its pages are read. */
  public Round round(int pid) {
    TrackedProcess process = processes.get(pid);
    if (process == null) {
      return Round.UNKNOWN;
    }
    try {
      TrackedProcess.Round round = process.next();
      return new Round(round.number(), round.unchanged());
    } catch (IOException e) {
      giveUp(pid, e.getMessage());
      return Round.UNKNOWN;
    }
  }

  /**
   * Which pages are as they were when they were read in a round.
   *
   * @param round its number; only of the last one anything is known
   */
  public PageRanges unchangedSince(int pid, long round) {
    TrackedProcess process = processes.get(pid);
    if (process == null) {
      return PageRanges.EMPTY;
    }
    try {
      return process.unchanged(round).orElse(PageRanges.EMPTY);
    } catch (IOException e) {
      giveUp(pid, e.getMessage());
      return PageRanges.EMPTY;
    }
  }

  /** Of how many processes writes are noted. */
  public int followed() {
    return processes.size();
  }

  /** Why not of all; empty when of all that were there at the beginning. */
  public Optional<String> whyNot() {
    return new TreeMap<>(reasons).values().stream().findFirst();
  }

  @Override
  public void close() {
    processes
        .keySet()
        .forEach(pid -> {
          TrackedProcess process = processes.remove(pid);
          if (process != null) {
            process.close();
          }
        });
  }
}
