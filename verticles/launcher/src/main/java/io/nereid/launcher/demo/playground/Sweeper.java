package io.nereid.launcher.demo.playground;

import io.nereid.process.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes everything of a run, in whatever state it is; also one whose demo was killed. Knows only
 * the run's names, so it can be repeated, and does nothing when nothing is left.
 */
public final class Sweeper {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final Duration KILLED_WITHIN = Duration.ofSeconds(10);
  private static final Duration ENDED_WITHIN = Duration.ofSeconds(15);
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private static final int ROUNDS_MAX = 3;
  private final Tools tools;
  private final Names names;

  public Sweeper(Tools tools, Names names) {
    this.tools = tools;
    this.names = names;
  }

  /**
   * Removes everything.
   *
   * @return what is left all the same, one line each; empty when all is gone
   */
  public List<String> sweep() {
    for (int round = 0; round < ROUNDS_MAX && !Leftovers.of(names).isEmpty(); round++) {
      kill();
      unmount();
      Namespaces.of(names).forEach(this::deleteNamespace);
      Cgroups.of(names).forEach(Cgroups::remove);
      Leftovers.roots(names).forEach(Sweeper::delete);
    }
    return Leftovers.of(names);
  }

  /** Asks the daemons, known by their process ids, to end, and waits for it. */
  static boolean end(List<Long> daemons) {
    List<ProcessHandle> handles =
        daemons.stream().flatMap(pid -> ProcessHandle.of(pid).stream()).toList();
    handles.forEach(ProcessHandle::destroy);
    return awaitGone(() -> handles.stream().noneMatch(ProcessHandle::isAlive), ENDED_WITHIN);
  }

  private void kill() {
    boolean gone =
        awaitGone(
            () -> {
              Cgroups.of(names).forEach(Cgroups::thaw);
              List<OwnProcesses.Found> found = OwnProcesses.of(names);
              for (OwnProcesses.Found process : found) {
                ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
              }
              return found.isEmpty();
            },
            KILLED_WITHIN);
    if (!gone) {
      LOG.warn("processes of {} do not end: {}", names, OwnProcesses.of(names));
    }
  }

  private void unmount() {
    for (Path point : MountTable.containing(names.prefix())) {
      if (point.startsWith(Names.NETNS)) {
        continue;
      }
      Outcome outcome = tools.attempt("umount", point.toString());
      if (!outcome.ok()) {
        LOG.warn("{} is busy and detached", point);
        tools.attempt("umount", "-l", point.toString());
      }
    }
  }

  private void deleteNamespace(Path file) {
    tools.attempt("ip", "netns", "delete", file.getFileName().toString());
  }

  private static void delete(Path root) {
    try {
      Trees.delete(root);
    } catch (IOException e) {
      LOG.warn("cannot delete {} yet: {}", root, e.getMessage());
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static boolean awaitGone(Condition condition, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return true;
  }
}
