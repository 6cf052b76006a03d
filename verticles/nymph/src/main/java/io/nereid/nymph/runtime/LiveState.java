package io.nereid.nymph.runtime;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.HostPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a container's first process lives, without asking the runtime: a few small files, so it
 * can be looked at for every container every second. A process counts only when it is in the
 * container's own cgroup, because process ids are used again.
 */
public final class LiveState {
  private final HostPaths paths;
  private final Cgroups cgroups;

  public LiveState(HostPaths paths, Cgroups cgroups) {
    this.paths = paths;
    this.cgroups = cgroups;
  }

  /** Its first process on this host, while it lives. */
  public Optional<Integer> pid(ContainerId id) {
    try {
      int pid = Integer.parseInt(Files.readString(paths.container(id).pidFile()).strip());
      return Optional.of(pid).filter(p -> lives(p, paths.cgroup(id)));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether its cgroup is frozen. */
  public boolean isFrozen(ContainerId id) {
    return cgroups.isFrozen(paths.cgroup(id));
  }

  private static boolean lives(int pid, String cgroup) {
    Path proc = Path.of("/proc", Integer.toString(pid));
    try {
      String stat = Files.readString(proc.resolve("stat"));
      // The command name before it may contain anything, also parentheses and spaces.
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      // The path may begin with a cgroup in which the whole host lives, as in a container.
      return state != 'Z'
          && state != 'X'
          && Files.readString(proc.resolve("cgroup"))
              .lines()
              .map(line -> line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1))
              .anyMatch(path -> (path + "/").contains(cgroup + "/"));
    } catch (IOException | StringIndexOutOfBoundsException e) {
      return false;
    }
  }
}
