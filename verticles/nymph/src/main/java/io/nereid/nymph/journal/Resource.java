package io.nereid.nymph.journal;

import java.nio.file.Path;
import java.util.Optional;

/** Something that would stay behind if nobody remembered it. */
public sealed interface Resource {
  /** A mount point. */
  record Mount(Path path) implements Resource {}

  /** A network namespace, bound to a path. */
  record NetNs(Path path) implements Resource {}

  /** A pair of virtual network devices, by the end that stays on the host. */
  record Veth(String hostDevice) implements Resource {}

  /** A cgroup, by its path in every hierarchy. */
  record Cgroup(String path) implements Resource {}

  /** A directory that only we use. */
  record Directory(Path path) implements Resource {}

  /**
   * A firewall table.
   *
   * @param netns path of the network namespace it is in; empty for the host's own
   */
  record NftTable(String netns, String family, String name) implements Resource {}

  /**
   * A process that outlives us.
   *
   * @param startTicks its start time as in {@code /proc/PID/stat}, because ids are used again
   */
  record Process(long pid, long startTicks, String what) implements Resource {
    /** The one that has just been started. */
    public static Process of(ProcessHandle process, String what) {
      return new Process(process.pid(), StartTicks.of(process.pid()), what);
    }

    /** The very same process, while it lives. */
    public Optional<ProcessHandle> find() {
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(p -> startTicks != 0 && StartTicks.of(pid) == startTicks);
    }
  }

  /**
   * A limit of processor time that was lowered.
   *
   * @param file of the cgroup
   * @param original what stood in it
   */
  record CpuQuota(Path file, String original) implements Resource {}

  /** The runtime's state of a container. */
  record RuntimeContainer(String id) implements Resource {}
}
