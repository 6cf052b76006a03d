package io.nereid.nymph.preflight;

import io.nereid.domain.preflight.GhostLimit;
import io.nereid.domain.preflight.Inside;
import io.nereid.domain.preflight.OpenFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What has been seen of a container's open files so far. Thread-confined. */
final class Gathered {
  private static final String DELETED = " (deleted)";

  /** Memory without a name lies on mounts of the kernel's own. */
  private static final List<String> UNMOUNTED =
      List.of("/memfd:", "/SYSV", "/dev/zero", "/anon_hugepage", "/[aio]");

  private static final int LOCKS_MAX = 10_000;
  private final Set<String> bindPoints;
  private final Occupied occupied;
  private final List<OpenFile> unsupported = new ArrayList<>();
  private final List<OpenFile> unknown = new ArrayList<>();
  private final List<OpenFile> devices = new ArrayList<>();
  private final List<OpenFile> outside = new ArrayList<>();
  private final List<OpenFile> deleted = new ArrayList<>();
  private final List<OpenFile> relinked = new ArrayList<>();
  private final List<OpenFile> foreignLocks = new ArrayList<>();
  private final Set<String> locks = new HashSet<>();
  private final Set<String> ghosts = new HashSet<>();
  private final List<String> remoteMounts = new ArrayList<>();
  final Set<Long> sockets = new HashSet<>();
  int files;
  boolean complete = true;

  Gathered(Set<String> bindPoints, Occupied occupied) {
    this.occupied = occupied;
    this.bindPoints = Set.copyOf(bindPoints);
  }

  Inside inside(int processes, List<String> strangers, List<String> foreign, Sockets tcp) {
    return new Inside(
        processes,
        unsupported,
        unknown,
        devices,
        outside,
        deleted,
        relinked,
        foreignLocks,
        locks.size(),
        remoteMounts,
        strangers,
        foreign,
        tcp.established(),
        List.copyOf(tcp.listening()),
        complete);
  }

  void mount(MountInfo.Mount mount) {
    if (mount.isRemote() && !bindPoints.contains(mount.point())) {
      example(remoteMounts, ProcFiles.shown(mount.type() + " at " + mount.point()));
    }
  }

  void unsupported(String process, String kind) {
    example(unsupported, new OpenFile(process, ProcFiles.shown(kind), 0));
  }

  void file(ProcFiles proc, Descriptor file, String process, MountInfo mounts) {
    String link = file.link();
    if (link.startsWith("socket:[")) {
      sockets.add(ProcFiles.number(link.substring("socket:[".length()), -1));
    } else if (link.startsWith("anon_inode:")) {
      kernelObject(Kinds.ofLink(link), process);
    } else if (file.isPath() && UNMOUNTED.stream().noneMatch(link::startsWith)) {
      path(proc, file, process, mounts);
    }
  }

  private void kernelObject(String kind, String process) {
    switch (Kinds.of(kind)) {
      case WORKS -> {}
      case FAILS -> unsupported(process, kind);
      case UNKNOWN -> example(unknown, new OpenFile(process, ProcFiles.shown(kind), 0));
    }
  }

  private void path(ProcFiles proc, Descriptor file, String process, MountInfo mounts) {
    OpenFile shown = new OpenFile(process, ProcFiles.shown(file.link()), 0);
    Optional<MountInfo.Mount> mount = mounts.find(file.mount());
    if (mount.isEmpty()) {
      if (file.mount() >= 0) {
        example(outside, shown);
      }
      return;
    }
    locks(file, mount.get(), shown);
    // A file system that somebody else answers for might never do so.
    if (!mount.get().isRemote()) {
      file.status(proc).ifPresent(status -> status(proc, file, status, shown));
    }
  }

  private void locks(Descriptor file, MountInfo.Mount mount, OpenFile shown) {
    for (String line : file.locks()) {
      // "lock:\t1: POSIX ...": the number differs from process to process, the rest does not.
      int colon = line.indexOf(':', line.indexOf(':') + 1);
      if (locks.size() < LOCKS_MAX && locks.add(line.substring(colon + 1).strip())) {
        if (bindPoints.contains(mount.point())) {
          example(foreignLocks, shown);
        }
      }
    }
  }

  private void status(ProcFiles proc, Descriptor file, Descriptor.Status status, OpenFile shown) {
    if (status.isCharDevice() || status.isBlockDevice()) {
      if (!Kinds.isMovable(status)) {
        example(devices, shown);
      }
    } else if (status.isFile() && status.links() == 0) {
      ghost(proc, file, status, shown);
    } else if (status.isFile() && file.link().endsWith(DELETED)) {
      example(relinked, shown);
    }
  }

  private void ghost(ProcFiles proc, Descriptor file, Descriptor.Status status, OpenFile shown) {
    boolean worthIt =
        status.size() > GhostLimit.SMALL_BYTES
            && deleted.size() < Inside.EXAMPLES_MAX
            && ghosts.add(status.device() + ":" + status.inode());
    if (worthIt) {
      long bytes = occupied.bytes(file.path(proc)).orElse(status.size());
      if (bytes > GhostLimit.SMALL_BYTES) {
        example(deleted, new OpenFile(shown.process(), shown.what(), bytes));
      }
    }
  }

  static <T> void example(List<T> list, T one) {
    if (list.size() < Inside.EXAMPLES_MAX && !list.contains(one)) {
      list.add(one);
    }
  }
}
