package io.nereid.nymph.runtime;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.journal.JournalEntry;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.journal.ResourceJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a container less processor time for a while. What its limit was stands in the journal
 * before it is changed, so that it comes back whatever happens to this process. Quick file
 * operations.
 *
 * <p>Sources: the kernel's admin-guide/cgroup-v2 (cpu.max), scheduler/sched-bwc (cpu.cfs_quota_us).
 */
public final class CpuThrottle {
  private static final Logger LOG = LoggerFactory.getLogger(CpuThrottle.class);

  /** Lower than this a container does not get anything done. */
  static final int PERCENT_MIN = 1;

  private static final int STEPS_MAX = 5;
  private static final long QUOTA_MIN_MICROS = 1_000;
  private static final long PERIOD_MICROS = 100_000;
  private static final String V2 = "cpu.max";
  private final Cgroups cgroups;
  private final ResourceJournal journal;

  public CpuThrottle(Cgroups cgroups, ResourceJournal journal) {
    this.cgroups = cgroups;
    this.journal = journal;
  }

  /** Gets ready: from now on it is measured how much processor time the container takes. */
  public Hold hold(ContainerId id, String cgroup) {
    return new Hold(id, cgroup);
  }

  /** Takes back what an earlier process has left lowered. */
  public void resetAll() {
    for (JournalEntry entry : journal.all()) {
      if (entry.resource() instanceof Resource.CpuQuota quota) {
        LOG.info("container {} gets the processor time again that it had", entry.container());
        reset(entry.container(), quota);
      }
    }
  }

  private void reset(ContainerId id, Resource.CpuQuota quota) {
    try {
      if (Files.exists(quota.file())) {
        Files.writeString(quota.file(), quota.original());
      }
      journal.forget(id, quota);
    } catch (IOException e) {
      // Stays in the journal: the next start tries again.
      LOG.error("cannot write {} to {}", quota.original(), quota.file(), e);
    }
  }

  /** One container that may be held back; closing it gives everything back. For one thread. */
  public final class Hold implements AutoCloseable {
    private final ContainerId id;
    private final String cgroup;
    private final long beganNanos = System.nanoTime();
    private final long usedNanos;
    private Optional<Resource.CpuQuota> lowered = Optional.empty();
    private double percent;
    private int steps;

    private Hold(ContainerId id, String cgroup) {
      this.id = id;
      this.cgroup = cgroup;
      this.usedNanos = cgroups.cpuNanos(cgroup);
    }

    /**
     * Lowers it by one step: to half of what it has taken so far, or of the last step.
     *
     * @return how many percent of one processor it may take now; empty when it cannot be lowered
     *     any further, or not at all on this host
     */
    public OptionalInt lower() {
      Optional<Path> file = cgroups.cpuQuotaFile(cgroup);
      if (file.isEmpty() || steps == STEPS_MAX || (steps > 0 && percent <= PERCENT_MIN)) {
        return OptionalInt.empty();
      }
      try {
        if (lowered.isEmpty()) {
          String original = Files.readString(file.get()).strip();
          Resource.CpuQuota quota = new Resource.CpuQuota(file.get(), original);
          journal.record(id, quota);
          lowered = Optional.of(quota);
          long wall = Math.max(1, System.nanoTime() - beganNanos);
          long used = cgroups.cpuNanos(cgroup) - usedNanos;
          percent = used > 0 ? used * 100.0 / wall : 100;
        }
        percent = Math.max(PERCENT_MIN, percent / 2);
        steps++;
        write(file.get());
        return OptionalInt.of((int) Math.max(1, Math.round(percent)));
      } catch (IOException e) {
        LOG.warn("container {} cannot be held back: {}", id, e.toString());
        return OptionalInt.empty();
      }
    }

    private void write(Path file) throws IOException {
      boolean v2 = file.endsWith(V2);
      long period = v2 ? PERIOD_MICROS : period(file);
      long quota = Math.max(QUOTA_MIN_MICROS, Math.round(period * percent / 100));
      Files.writeString(file, v2 ? quota + " " + period : Long.toString(quota));
    }

    private static long period(Path quota) throws IOException {
      return Long.parseLong(Files.readString(quota.resolveSibling("cpu.cfs_period_us")).strip());
    }

    /** Percent of one processor that it may take; 0 when it is not held back. */
    public int percent() {
      return steps == 0 ? 0 : (int) Math.max(1, Math.round(percent));
    }

    @Override
    public void close() {
      lowered.ifPresent(quota -> reset(id, quota));
      lowered = Optional.empty();
    }
  }
}
