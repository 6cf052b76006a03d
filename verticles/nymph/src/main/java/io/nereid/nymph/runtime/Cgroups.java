package io.nereid.nymph.runtime;

import io.nereid.nymph.fs.MountPoint;
import io.nereid.nymph.fs.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and cleans cgroups, of version 1, 2 or both. Quick file operations; thread-safe. Making
 * them is the runtime's business.
 */
public final class Cgroups {
  private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);
  private static final int KILL_ROUNDS_MAX = 20;
  private static final long FREEZE_LOOK_NANOS = 500_000;

  /** So often it is looked before it is tried anew. */
  private static final int FREEZE_LOOKS = 40;

  private final List<Path> hierarchies;
  private final Optional<Path> freezerV1;
  private final Optional<Path> memoryV1;
  private final Optional<Path> unified;

  private Cgroups(List<Path> hierarchies) {
    this.hierarchies = hierarchies;
    this.freezerV1 = controller("freezer");
    this.memoryV1 = controller("memory");
    this.unified = hierarchies.stream().filter(Cgroups::isUnified).findFirst();
  }

  /** Those that are mounted here. */
  public static Cgroups ofThisHost() {
    return at(
        MountTable.read().mounts().stream()
            .filter(m -> m.type().equals("cgroup") || m.type().equals("cgroup2"))
            .map(MountPoint::path)
            .distinct()
            .toList());
  }

  static Cgroups at(List<Path> hierarchies) {
    return new Cgroups(List.copyOf(hierarchies));
  }

  // A hierarchy of several controllers is mounted as "cpu,cpuacct".
  private Optional<Path> controller(String name) {
    return hierarchies.stream()
        .filter(p -> List.of(p.getFileName().toString().split(",")).contains(name))
        .findFirst();
  }

  private static boolean isUnified(Path hierarchy) {
    return Files.exists(hierarchy.resolve("cgroup.controllers"));
  }

  /** Memory in use, with page cache; 0 when it is not known. */
  public long memoryBytes(String cgroup) {
    Optional<Path> file =
        memoryV1
            .map(h -> below(h, cgroup).resolve("memory.usage_in_bytes"))
            .or(() -> unified.map(h -> below(h, cgroup).resolve("memory.current")));
    return file.flatMap(Cgroups::read).map(Cgroups::number).orElse(0L);
  }

  /** Processor time that it has taken, in nanoseconds; 0 when it is not known. */
  public long cpuNanos(String cgroup) {
    Optional<Path> v1 = controller("cpuacct").map(h -> below(h, cgroup).resolve("cpuacct.usage"));
    if (v1.isPresent()) {
      return read(v1.get()).map(Cgroups::number).orElse(0L);
    }
    return unified
        .flatMap(h -> read(below(h, cgroup).resolve("cpu.stat")))
        .flatMap(stat -> stat.lines().filter(line -> line.startsWith("usage_usec ")).findFirst())
        .map(line -> number(line.substring("usage_usec ".length())) * 1_000)
        .orElse(0L);
  }

  /** The file that limits its processor time, if there is one. */
  public Optional<Path> cpuQuotaFile(String cgroup) {
    return controller("cpu")
        .map(h -> below(h, cgroup).resolve("cpu.cfs_quota_us"))
        .or(() -> unified.map(h -> below(h, cgroup).resolve("cpu.max")))
        .filter(Files::exists);
  }

  /** Whether its processes are frozen, or about to be. */
  public boolean isFrozen(String cgroup) {
    if (freezerV1.isPresent()) {
      return read(below(freezerV1.get(), cgroup).resolve("freezer.state"))
          .map(state -> !state.equals("THAWED"))
          .orElse(false);
    }
    return unified
        .flatMap(h -> read(below(h, cgroup).resolve("cgroup.freeze")))
        .map(state -> state.equals("1"))
        .orElse(false);
  }

  /**
   * Freezes it and waits until every thread in it has stopped. The freezer of version 1 may need
   * several tries: a thread that executes a program waits for the others to end, which cannot when
   * they are frozen. So it is let go for a moment now and then.
   *
   * @return false when it did not happen within the limit, or there is no freezer
   */
  public boolean freeze(String cgroup, Duration limit) {
    long until = System.nanoTime() + limit.toNanos();
    for (int look = 1; ; look++) {
      if (freezerV1.isPresent()) {
        if (look % FREEZE_LOOKS == 0) {
          thaw(cgroup);
          LockSupport.parkNanos(FREEZE_LOOK_NANOS);
        }
        write(below(freezerV1.get(), cgroup).resolve("freezer.state"), "FROZEN");
      } else {
        unified.ifPresent(h -> write(below(h, cgroup).resolve("cgroup.freeze"), "1"));
      }
      if (isWhollyFrozen(cgroup)) {
        return true;
      }
      if (System.nanoTime() > until) {
        return false;
      }
      LockSupport.parkNanos(FREEZE_LOOK_NANOS);
    }
  }

  private boolean isWhollyFrozen(String cgroup) {
    if (freezerV1.isPresent()) {
      return read(below(freezerV1.get(), cgroup).resolve("freezer.state"))
          .map(state -> state.equals("FROZEN"))
          .orElse(false);
    }
    return unified
        .flatMap(h -> read(below(h, cgroup).resolve("cgroup.events")))
        .map(events -> events.lines().anyMatch(line -> line.equals("frozen 1")))
        .orElse(false);
  }

  /** All processes in it or below it. */
  public Set<Long> processes(String cgroup) {
    Set<Long> pids = new TreeSet<>();
    for (Path hierarchy : hierarchies) {
      for (Path directory : tree(below(hierarchy, cgroup))) {
        read(directory.resolve("cgroup.procs"))
            .ifPresent(text -> text.lines().map(Cgroups::number).forEach(pids::add));
      }
    }
    pids.remove(0L);
    return pids;
  }

  /** The same, as numbers of the kernel's own size. */
  public List<Integer> pids(String cgroup) {
    return processes(cgroup).stream().map(Long::intValue).toList();
  }

  /** Names of the cgroups directly below one, in any hierarchy. */
  public Set<String> children(String cgroup) {
    Set<String> names = new TreeSet<>();
    for (Path hierarchy : hierarchies) {
      for (Path directory : directoriesIn(below(hierarchy, cgroup))) {
        names.add(directory.getFileName().toString());
      }
    }
    return names;
  }

  /** Whether it exists in any hierarchy. */
  public boolean exists(String cgroup) {
    return hierarchies.stream().anyMatch(h -> Files.isDirectory(below(h, cgroup)));
  }

  /** Sends SIGKILL to everything in it, thawed so that the signal arrives. */
  public void killAll(String cgroup) {
    for (int round = 0; round < KILL_ROUNDS_MAX; round++) {
      Set<Long> pids = processes(cgroup);
      if (pids.isEmpty()) {
        return;
      }
      LOG.warn("killing what is left in cgroup {}: {}", cgroup, pids);
      pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      thaw(cgroup);
      pids.stream()
          .flatMap(pid -> ProcessHandle.of(pid).stream())
          .forEach(process -> awaitEnd(process));
    }
  }

  private static void awaitEnd(ProcessHandle process) {
    process
        .onExit()
        .completeOnTimeout(process, 500, java.util.concurrent.TimeUnit.MILLISECONDS)
        .join();
  }

  /** Lets everything in it go on; does nothing where it is not. */
  public void thaw(String cgroup) {
    freezerV1.ifPresent(h -> write(below(h, cgroup).resolve("freezer.state"), "THAWED"));
    if (freezerV1.isEmpty()) {
      unified.ifPresent(h -> write(below(h, cgroup).resolve("cgroup.freeze"), "0"));
    }
  }

  /** Removes it and everything below; does nothing while a process is in it. */
  public void remove(String cgroup) {
    for (Path hierarchy : hierarchies) {
      for (Path directory : tree(below(hierarchy, cgroup)).reversed()) {
        try {
          Files.deleteIfExists(directory);
        } catch (IOException e) {
          LOG.debug("cgroup {} stays: {}", directory, e.toString());
        }
      }
    }
  }

  /** Removes it alone, when nothing is below it and no process in it. */
  public void removeIfEmpty(String cgroup) {
    for (Path hierarchy : hierarchies) {
      try {
        Files.deleteIfExists(below(hierarchy, cgroup));
      } catch (IOException e) {
        LOG.debug("cgroup {} stays in {}: {}", cgroup, hierarchy, e.toString());
      }
    }
  }

  private static Path below(Path hierarchy, String cgroup) {
    return hierarchy.resolve(cgroup.substring(1));
  }

  // Parents first.
  private static List<Path> tree(Path directory) {
    List<Path> all = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      all.add(directory);
      directoriesIn(directory).forEach(d -> all.addAll(tree(d)));
    }
    return all;
  }

  private static List<Path> directoriesIn(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).sorted(Comparator.naturalOrder()).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.debug("cannot read {}: {}", file, e.toString());
      return Optional.empty();
    }
  }

  private static void write(Path file, String value) {
    try {
      if (Files.exists(file)) {
        Files.writeString(file, value);
      }
    } catch (IOException e) {
      LOG.warn("cannot write {} to {}: {}", value, file, e.toString());
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
