package io.nereid.nymph.container;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.InvalidIdException;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.MountPoint;
import io.nereid.nymph.fs.MountTable;
import io.nereid.nymph.fs.Mounts;
import io.nereid.nymph.fs.SafeDelete;
import io.nereid.nymph.journal.JournalEntry;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.journal.ResourceJournal;
import io.nereid.nymph.runtime.Cgroups;
import io.nereid.nymph.runtime.Runc;
import io.nereid.nymph.runtime.RuntimeState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and removes what belongs to no container in use: by the journal, and by looking at the
 * runtime's state, cgroups, mounts and directories, because a journal may be lost and a system may
 * have been changed by hand. Only ever looks below names that are this host's own. Blocks.
 */
public final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private final HostPaths paths;
  private final ResourceJournal journal;
  private final ContainerStore store;
  private final Runc runc;
  private final Cgroups cgroups;
  private final Mounts mounts;
  private final SafeDelete delete;

  public Leftovers(
      HostPaths paths,
      ResourceJournal journal,
      ContainerStore store,
      Runc runc,
      Cgroups cgroups,
      Mounts mounts,
      SafeDelete delete) {
    this.paths = paths;
    this.journal = journal;
    this.store = store;
    this.runc = runc;
    this.cgroups = cgroups;
    this.mounts = mounts;
    this.delete = delete;
  }

  /** Finishes deletions that were interrupted. */
  public void emptyTrash() {
    delete.emptyTrash();
  }

  /**
   * Removes everything of containers that are not in use.
   *
   * @param inUse those that run, or that a migration holds
   */
  public void remove(Set<ContainerId> inUse) {
    killExecs();
    for (RuntimeState state : runc.list()) {
      idOf(state.id())
          .filter(id -> !inUse.contains(id))
          .ifPresent(id -> {
            LOG.warn("removing container {} from the runtime: nobody knows it", id);
            runc.delete(id);
          });
    }
    for (String name : cgroups.children(paths.cgroupParent())) {
      idOf(name)
          .filter(id -> !inUse.contains(id))
          .ifPresent(id -> {
            LOG.warn("removing cgroup {}", paths.cgroup(id));
            cgroups.killAll(paths.cgroup(id));
            cgroups.remove(paths.cgroup(id));
          });
    }
    unmount(inUse);
    deleteDirectories(inUse);
    clearJournal(inUse);
  }

  // Somebody's commands inside containers whose other end died with the last daemon.
  private void killExecs() {
    String root = paths.runcRoot().toString();
    ProcessHandle.allProcesses()
        .filter(process -> isExecBelow(process, root))
        .forEach(process -> {
          LOG.info("ending a command of the last daemon: process {}", process.pid());
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        });
  }

  private static boolean isExecBelow(ProcessHandle process, String root) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      List<String> words = Arrays.asList(Files.readString(file).split("\0"));
      return words.getFirst().endsWith("runc") && words.contains(root) && words.contains("exec");
    } catch (IOException e) {
      return false;
    }
  }

  private void unmount(Set<ContainerId> inUse) {
    Path containers = real(paths.containers());
    for (MountPoint mount : MountTable.read().below(containers)) {
      if (mount.path().equals(containers)) {
        continue;
      }
      Path directory = containers.resolve(containers.relativize(mount.path()).getName(0));
      if (idOf(directory.getFileName().toString()).filter(inUse::contains).isEmpty()) {
        LOG.warn("unmounting {}", mount.path());
        mounts.unmountBelow(directory);
      }
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot resolve " + path, e);
    }
  }

  private void deleteDirectories(Set<ContainerId> inUse) {
    deleteEntries(paths.conmon(), inUse);
    deleteEntries(paths.exits(), inUse);
    deleteEntries(paths.sockets(), inUse);
    entries(paths.execs()).forEach(delete::delete);
    for (Path entry : entries(paths.dumps())) {
      // Images of a container that has ended are of no use, unless a migration says otherwise.
      Optional<ContainerId> id = idOf(entry.getFileName().toString());
      if (id.isPresent() && !inUse.contains(id.get()) && store.find(id.get()).isEmpty()) {
        delete.delete(entry);
      }
    }
  }

  private void deleteEntries(Path directory, Set<ContainerId> inUse) {
    for (Path entry : entries(directory)) {
      Optional<ContainerId> id = idOf(entry.getFileName().toString());
      if (id.isPresent() && !inUse.contains(id.get())) {
        delete.delete(entry);
      }
    }
  }

  private static List<Path> entries(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
  }

  private void clearJournal(Set<ContainerId> inUse) {
    for (JournalEntry entry : journal.all()) {
      if (!inUse.contains(entry.container()) && clear(entry.resource())) {
        journal.forget(entry.container(), entry.resource());
      }
    }
  }

  // Networks and firewall tables are taken care of by those who make them.
  private boolean clear(Resource resource) {
    return switch (resource) {
      case Resource.Mount mount -> {
        mounts.unmountBelow(mount.path());
        yield true;
      }
      case Resource.Directory directory -> {
        delete.delete(directory.path());
        yield true;
      }
      case Resource.Process process -> {
        process.find().ifPresent(ProcessHandle::destroyForcibly);
        yield true;
      }
      case Resource.Cgroup cgroup -> !cgroups.exists(cgroup.path());
      case Resource.RuntimeContainer container -> true;
      case Resource.CpuQuota quota -> true;
      case Resource.NetNs netNs -> false;
      case Resource.Veth veth -> false;
      case Resource.NftTable table -> false;
    };
  }

  private static Optional<ContainerId> idOf(String name) {
    try {
      return Optional.of(new ContainerId(name));
    } catch (InvalidIdException e) {
      return Optional.empty();
    }
  }
}
