package io.nereid.nymph.preflight;

import io.nereid.domain.preflight.Inside;
import io.nereid.process.ProcessRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Looks at the processes of a container from outside, while they run. Their names and paths are
 * hostile; they may end at any moment, and then count for nothing. Bounded in number and in time.
 */
final class InsideProbe {
  private static final int PROCESSES_MAX = 4_096;
  private static final int FILES_MAX = 50_000;
  private static final long LIMIT_NANOS = Duration.ofSeconds(3).toNanos();
  private final ProcFiles proc;
  private final Occupied occupied;

  InsideProbe(ProcFiles proc, ProcessRunner runner) {
    this.proc = proc;
    this.occupied = new Occupied(runner);
  }

  /**
   * What was found.
   *
   * @param memoryBytes private and shared memory, swapped or not; memory that processes share
   *     counts once for each
   */
  record Found(Inside inside, long memoryBytes, long swappedBytes) {}

  /**
   * Looks.
   *
   * @param pids all processes of the container, as the host numbers them
   * @param first the one from which all others should descend
   * @param bindPoints where the container sees files of the host
   */
  Found look(Set<Long> pids, long first, Set<String> bindPoints) {
    long until = System.nanoTime() + LIMIT_NANOS;
    Gathered all = new Gathered(bindPoints, occupied);
    Map<String, MountInfo> mounts = new HashMap<>();
    Map<Long, String> statuses = new TreeMap<>();
    pids.stream().limit(PROCESSES_MAX).forEach(pid -> statuses.put(pid, proc.text(pid, "status")));
    statuses.values().removeIf(String::isEmpty);
    all.complete = pids.size() <= PROCESSES_MAX;
    long memory = 0;
    long swapped = 0;
    List<String> strangers = new ArrayList<>();
    List<String> foreign = new ArrayList<>();
    Limits limits = Limits.of(proc.text("self/status"));
    for (Map.Entry<Long, String> one : statuses.entrySet()) {
      String status = one.getValue();
      swapped += kib(status, "VmSwap:");
      memory += kib(status, "RssAnon:") + kib(status, "RssShmem:") + kib(status, "VmSwap:");
      String name = name(one.getKey(), status);
      if (!limits.readable(status)) {
        Gathered.example(foreign, name);
      }
      if (!descends(one.getKey(), first, statuses)) {
        Gathered.example(strangers, name);
      } else if (all.files >= FILES_MAX || System.nanoTime() > until) {
        all.complete = false;
      } else {
        look(one.getKey(), name, mounts, all, until);
      }
    }
    Sockets tcp =
        Sockets.of(all.sockets, proc.text(first, "net/tcp"), proc.text(first, "net/tcp6"));
    return new Found(all.inside(statuses.size(), strangers, foreign, tcp), memory, swapped);
  }

  private void look(long pid, String name, Map<String, MountInfo> known, Gathered all, long until) {
    MountInfo mounts =
        known.computeIfAbsent(
            proc.link(pid, "ns/mnt").orElse("gone"),
            ns -> {
              MountInfo read = MountInfo.parse(proc.text(pid, "mountinfo"));
              read.byId().values().forEach(all::mount);
              return read;
            });
    for (int number : proc.descriptors(pid, FILES_MAX - all.files)) {
      if (System.nanoTime() > until) {
        all.complete = false;
        return;
      }
      all.files++;
      Descriptor.read(proc, pid, number).ifPresent(file -> all.file(proc, file, name, mounts));
    }
    // A ring whose descriptor was closed lives on in the mappings.
    if (proc.text(pid, "maps").contains("anon_inode:[" + Kinds.IO_URING + "]")) {
      all.unsupported(name, Kinds.IO_URING);
    }
  }

  private static boolean descends(long pid, long first, Map<Long, String> statuses) {
    long at = pid;
    for (int depth = 0; depth <= statuses.size(); depth++) {
      if (at == first) {
        return true;
      }
      String status = statuses.get(at);
      if (status == null) {
        return false;
      }
      at = ProcFiles.number(ProcFiles.field(status, "PPid:"), 0);
    }
    return false;
  }

  private static String name(long pid, String status) {
    return ProcFiles.shown(ProcFiles.field(status, "Name:")) + " " + pid;
  }

  private static long kib(String status, String field) {
    return ProcFiles.number(ProcFiles.field(status, field), 0) << 10;
  }
}
