package io.nereid.explain;

import static io.nereid.explain.Cause.Group.DUMP;

import java.util.List;

/** Open files, terminals, locks, mounts that cannot be dumped. */
final class FileCauses {
  private static final String LOOKUP = "Can't lookup mount=";

  static final List<Cause> ALL =
      List.of(
          Cause.of(
              "stdio-outside",
              DUMP,
              "standard input, output or error is a file of the host",
              "The container was started with its streams on a file or terminal outside of it, which"
                  + " does not exist for CRIU.",
              "start it with 'nereid run', which puts pipes there and keeps the log itself; with"
                  + " other tools redirect through a pipe",
              Sign.of("criu/files-reg.c", LOOKUP, " for fd=0 "),
              Sign.of("criu/files-reg.c", LOOKUP, " for fd=1 "),
              Sign.of("criu/files-reg.c", LOOKUP, " for fd=2 ")),
          Cause.of(
              "file-outside",
              DUMP,
              "a process has a file open that is outside the container",
              "The file was handed in from the host, or lies on a mount that has been detached"
                  + " since.",
              "close it: look for its path below /proc/PID/fd; do not pass descriptors into the"
                  + " container",
              Sign.of("criu/files-reg.c", LOOKUP),
              Sign.of("criu/files-reg.c", "The path [", "] is not supported")),
          Cause.of(
              "file-overmounted",
              DUMP,
              "an open file is hidden below a mount",
              "Something was mounted over the directory after the file had been opened.",
              "unmount it, or start the program after the mount",
              Sign.of("criu/files-reg.c", "Open files on overmounted mounts are not supported"),
              Sign.of("criu/mount.c", "is overmounted so paths are invisible")),
          Cause.of(
              "external-tty",
              DUMP,
              "the container has a terminal whose other end is outside",
              "Who holds the other end stays on the source host.",
              "run it with \"terminal\": false; use 'nereid exec -t' for a terminal inside",
              Sign.of("criu/tty.c", "Found dangling tty with sid"),
              Sign.of("criu/tty.c", "ctty inheritance detected sid/pgrp"),
              Sign.of("criu/tty.c", "Found slave peer index "),
              Sign.of("criu/tty.c", "Only one slave external peer"),
              Sign.of("criu/tty.c", "Unable to find a tty driver"),
              Sign.of("utils_linux.go", "cannot allocate tty if runc will detach")),
          Cause.of(
              "file-lock",
              DUMP,
              "a process holds file locks, and they are not to be dumped",
              "A lock may be shared with a process outside, so CRIU wants to be told.",
              "give runc --file-locks at the checkpoint and at the restore; Nereid always does",
              Sign.of("criu/file-lock.c", "Some file locks are hold by dumping tasks!")),
          Cause.of(
              "file-lock-outside",
              DUMP,
              "a lock on a file of the container cannot be assigned to one of its processes",
              "The process that took it has ended or is outside the container.",
              "stop what shares files and locks with the container",
              Sign.of("criu/file-lock.c", "Unresolved lock found pid"),
              Sign.of("criu/file-lock.c", "Dump file lock failed!"),
              Sign.of("criu/file-lock.c", "Conflicting lease wasn't found")),
          Cause.of(
              "ghost-file-too-big",
              DUMP,
              "a large file has been deleted but is still open",
              "Such a file exists nowhere but in the image, and CRIU takes at most 1 MiB of each"
                  + " unless told otherwise.",
              "put 'ghost-limit 1G' into /etc/criu/runc.conf on both hosts, or make the program"
                  + " close the file",
              Sign.of("criu/files-reg.c", "Can't dump ghost file ", " size, increase limit")),
          Cause.of(
              "link-remap",
              DUMP,
              "an open file is not to be found under its name any more",
              "It was deleted and has another hard link, or something was mounted over it. CRIU can"
                  + " give it a temporary name beside the old one, if it is told to and may write"
                  + " there.",
              "unmount what hides it; put 'link-remap' into /etc/criu/runc.conf on both hosts; or make"
                  + " the program close the file",
              Sign.of("criu/files-reg.c", "Can't create link remap for "),
              Sign.of("criu/files-reg.c", "Can't link remap to "),
              Sign.of("criu/files-reg.c", "Can't note link remap for ")),
          Cause.of(
              "io-uring",
              DUMP,
              "a process uses io_uring",
              "CRIU has no support for it, and newer kernels do not even hand CRIU the descriptor."
                  + " Used by some builds of databases, by libuv (Node.js) and by servers in Rust.",
              "switch it off: UV_USE_IO_URING=0 for Node.js, the program's own setting, or a seccomp"
                  + " profile without io_uring_setup; the program then takes another way",
              Sign.of("criu/proc_parse.c", "Unknown shit ", "io_uring"),
              Sign.of("criu/parasite-syscall.c", "Can't retrieve FDs from socket"),
              Sign.of("criu/files-ext.c", "Can't dump file ", "of that type", "io_uring")),
          Cause.of(
              "perf-event",
              DUMP,
              "a process has a perf event open",
              "Counters and tracing sessions belong to the kernel they run on.",
              "stop profilers and tracing agents in the container",
              Sign.of("criu/files-ext.c", "Can't dump file ", "of that type", "perf_event")),
          Cause.of(
              "bpf",
              DUMP,
              "a process has eBPF programs or maps open that CRIU cannot dump",
              "CRIU dumps maps of the types hash and array, and only when it was built with libbpf;"
                  + " never programs or links.",
              "stop what loads eBPF in the container, or run it on the host",
              Sign.of("criu/bpfmap.c", "CRIU does not currently support dumping BPF map type"),
              Sign.of("criu/files-ext.c", "Can't dump file ", "of that type", "bpf-"),
              Sign.of("criu/files-ext.c", "Can't dump file ", "of that type", "bpf_link")),
          Cause.of(
              "pidfd",
              DUMP,
              "a process has a pidfd that CRIU cannot dump",
              "A pidfd must refer to a process of the container, and CRIU before 4.1 knows none at"
                  + " all.",
              "use CRIU 4.1 or later ('nereid setup'); make the program close pidfds of processes"
                  + " that are gone or outside",
              Sign.of("criu/pidfd.c", "is not a part of process tree"),
              Sign.of("criu/pidfd.c", "PIDFD_THREAD flag is currently not supported"),
              Sign.of("criu/files-ext.c", "Can't dump file ", "of that type", "[pidfd]")),
          Cause.of(
              "device-file",
              DUMP,
              "a process has a device open or mapped",
              "What a device holds, such as a GPU, KVM, FUSE or RDMA, is not in the process. Only"
                  + " /dev/null, zero, full, random, urandom, terminals and tun work without a"
                  + " plugin.",
              "close the device before the move, or install CRIU's plugin for it on both hosts",
              Sign.of("criu/files-ext.c", "Can't dump file ", "of that type", "(chr "),
              Sign.of("criu/proc_parse.c", "Can't handle non-regular mapping"),
              Sign.of("criu/proc_parse.c", "handle_device_vma plugin failed"),
              Sign.of("criu/proc_parse.c", "Unknown shit ")),
          Cause.of(
              "unsupported-file",
              DUMP,
              "a process has something open that CRIU cannot dump",
              "The line names it, for example a userfaultfd, a seccomp notifier or a DMA buffer.",
              "make the program work without it; look below /proc/PID/fd",
              Sign.of("criu/files-ext.c", "Can't dump file ", "of that type"),
              Sign.of("criu/pipes.c", "The packetized mode for pipes is not supported"),
              Sign.of("criu/eventpoll.c", "Escaped/closed fd descriptor")),
          Cause.of(
              "inotify-path",
              DUMP,
              "the path of a watched file cannot be found",
              "inotify and fanotify know only a file's number. On overlayfs and tmpfs, and for"
                  + " deleted files, CRIU may not find the name to it.",
              "put 'force-irmap' and 'irmap-scan-path /PATH' into /etc/criu/runc.conf, or switch"
                  + " off the watching of files (tail -f, development servers)",
              Sign.of("criu/fsnotify.c", "Can't find suitable path for handle"),
              Sign.of("criu/fsnotify.c", "Can't dump that handle"),
              Sign.of("criu/fsnotify.c", "Unable to lookup a mount by dev")),
          Cause.of(
              "external-mount",
              DUMP,
              "a mount in the container comes from outside and is not in its configuration",
              "It was mounted after the start, or by a hook, so nobody can mount it at the target.",
              "put the mount into config.json as a bind mount, or unmount it",
              Sign.of("criu/mount.c", "doesn't have a proper root mount"),
              Sign.of("criu/mount.c", "is autodetected external mount")),
          Cause.of(
              "unsupported-filesystem",
              DUMP,
              "a file system mounted in the container cannot be dumped",
              "CRIU mounts file systems without a device again, such as proc, tmpfs or overlay; FUSE,"
                  + " NFS, CIFS or a disk mounted inside the container it cannot.",
              "mount it on the hosts and bind it into the container",
              Sign.of("criu/mount.c", "FS mnt ", " unsupported id "),
              Sign.of("criu/mount.c", "Unable to dump a file system for"),
              Sign.of("criu/mount.c", "No device for ", " mount")),
          Cause.of(
              "mount-sharing",
              DUMP,
              "a mount propagates to or from the host",
              "CRIU cannot connect a slave or shared mount to the host's again.",
              "use 'rprivate' for bind mounts and for rootfsPropagation in config.json",
              Sign.of("criu/mount.c", "has unreachable sharing"),
              Sign.of("criu/mount-v2.c", "External slavery sharing group")));

  private FileCauses() {}
}
