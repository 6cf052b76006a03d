package io.nereid.explain;

import static io.nereid.explain.Cause.Group.DUMP;

import java.util.List;

/** Processes and their memory that cannot be dumped. */
final class TaskCauses {
  static final List<Cause> ALL =
      List.of(
          Cause.of(
              "session-outside",
              DUMP,
              "a process belongs to a session outside the container",
              "It was put into the container from the host, by 'runc exec', 'nsenter' or an engine's"
                  + " exec, and its session leader is not inside.",
              "end such processes before the move ('nereid exec' sessions, too), or start them with"
                  + " setsid inside",
              Sign.of("criu/cr-dump.c", "A session leader of ", "outside of its pid namespace"),
              Sign.of("criu/tty.c", "No task found with sid")),
          Cause.of(
              "nested-namespace",
              DUMP,
              "a process in the container has namespaces of its own",
              "CRIU dumps one pid, network, user and time namespace for the whole tree. Nested"
                  + " containers, sandboxes of browsers and systemd services make further ones.",
              "switch the sandbox off, or move the inner container instead",
              Sign.of("criu/namespaces.c", "Can't dump nested "),
              Sign.of("criu/mount.c", "Nested mount namespaces are not supported"),
              Sign.of(
                  "criu/namespaces.c", "namespaces doesn't belong to the target user namespace")),
          Cause.of(
              "root-process-dead",
              DUMP,
              "the container's first process has ended",
              "There is nothing left that could be dumped.",
              "look at 'nereid logs' why it ended; start the container again",
              Sign.of("criu/cr-dump.c", "A root task is dead"),
              Sign.of("criu/namespaces.c", "Can't dump a pid namespace without the process init")),
          Cause.of(
              "traced",
              DUMP,
              "a process is being traced or debugged",
              "A process can have one tracer, and CRIU has to be it. Where it freezes by cgroup it says"
                  + " that the process is a zombie, after ten seconds.",
              "detach strace, gdb or the profiler",
              Sign.of("compel/src/lib/infect.c", "Unseizable non-zombie"),
              Sign.of("criu/seize.c", "zombie ", " found while seizing"),
              Sign.of("compel/src/lib/infect.c", "with a pending SIGTRAP")),
          Cause.of(
              "uprobes",
              DUMP,
              "a tracer has put probes into a process",
              "The kernel has mapped an area for uprobes, which the dump would leave out.",
              "stop the eBPF tracer on the host and start the container again, or put"
                  + " 'allow-uprobes' into /etc/criu/runc.conf on both hosts",
              Sign.of("criu/proc_parse.c", "has uprobes vma"),
              Sign.of("criu/image.c", "Dumped with --allow-uprobes")),
          Cause.of(
              "thread-state",
              DUMP,
              "a thread is dead or stopped by itself",
              "CRIU cannot dump a process whose threads are in different states.",
              "try again; if it lasts, look at the process's threads with 'ps -L'",
              Sign.of("criu/seize.c", "Zombie thread not supported"),
              Sign.of("criu/seize.c", "Zombies with threads are not supported"),
              Sign.of("criu/seize.c", "Individually stopped threads not supported")),
          Cause.of(
              "freezer-timeout",
              DUMP,
              "the container could not be frozen in time",
              "A process hangs in the kernel, mostly in a file system that does not answer (NFS,"
                  + " FUSE) or a broken disk.",
              "look for state D in 'ps -eo pid,stat,wchan,cmd'; mend what it waits for",
              Sign.of("criu/seize.c", "Unable to freeze cgroup"),
              Sign.of("criu/cr-dump.c", "Timeout reached. Try to interrupt"),
              Sign.of("compel/src/lib/infect.c", "task not stopped after seize")),
          Cause.of(
              "shared-memory-outside",
              DUMP,
              "System V shared memory is shared with the host",
              "The container has no IPC namespace of its own, so the segment does not belong to it.",
              "add the namespace \"ipc\" to config.json",
              Sign.of("criu/cr-dump.c", "with SysVIPC shmem map", "doesn't live in IPC ns")),
          Cause.of(
              "seccomp",
              DUMP,
              "seccomp filters cannot be read or put back",
              "CRIU suspends filters while it works. That needs CAP_SYS_ADMIN in the first user"
                  + " namespace and a kernel with CONFIG_CHECKPOINT_RESTORE.",
              "run the daemon as root with all capabilities; a process in strict mode"
                  + " (SECCOMP_MODE_STRICT) cannot move",
              Sign.of("compel/src/lib/ptrace.c", "suspending seccomp failed"),
              Sign.of("criu/cr-restore.c", "failed to suspend seccomp"),
              Sign.of("criu/seccomp.c", "Can't fetch filter on tid_real"),
              Sign.of("criu/pie/restorer.c", "seccomp: ", " returned ")),
          Cause.of(
              "rseq",
              DUMP,
              "CRIU or the kernel is too old for restartable sequences",
              "C libraries since 2.35 use them; CRIU handles them since 3.17 with Linux 5.13.",
              "use a newer kernel and the CRIU of 'nereid setup'; or start the program with"
                  + " GLIBC_TUNABLES=glibc.pthread.rseq=0",
              Sign.of("criu/cr-dump.c", "has rseq but kernel lacks get_rseq_conf"),
              Sign.of("criu/cr-dump.c", "unsupported RSEQ ABI version"),
              Sign.of("criu/cr-restore.c", "rseq: can't restore as kernel doesn't support it")),
          Cause.of(
              "pipe-limit",
              DUMP,
              "the limit for memory in pipes is reached",
              "CRIU moves pages through pipes; without CAP_SYS_RESOURCE the kernel limits how much a"
                  + " user may have in them.",
              "set fs.pipe-user-pages-soft=0 and fs.pipe-max-size=4194304 with sysctl on the host",
              Sign.of("criu/page-pipe.c", "tee: "),
              Sign.of("criu/page-pipe.c", "Can't make pipe for page-pipe"),
              Sign.of("criu/page-pipe.c", "Can't get pipe size"),
              Sign.of("criu/page-xfer.c", "Can't make pipe for xfer"),
              Sign.of("criu/pipes.c", "Unable to set a pipe size"),
              Sign.of("criu/pipes.c", "Can't restore pipe size")),
          Cause.of(
              "foreign-limits",
              DUMP,
              "the limits of another user's process cannot be read",
              "CRIU reads the resource limits of each process; without CAP_SYS_RESOURCE the kernel"
                  + " tells only those of processes of the same user.",
              "run the daemon with all capabilities, outside of restricted containers; or run the"
                  + " program in the container as root",
              Sign.of("criu/cr-dump.c", "Can't get rlimit")),
          Cause.of(
              "no-dirty-tracking",
              DUMP,
              "the kernel does not tell which memory has changed",
              "Dumping in steps by CRIU itself needs a kernel with CONFIG_MEM_SOFT_DIRTY.",
              "nothing: Nereid finds out by itself what has changed; with other tools leave"
                  + " --track-mem, pre-dump and --parent-path out",
              Sign.of("criu/config.c", "Tracking memory is not available"),
              Sign.of("criu/mem.c", "dirty memory tracker")));

  private TaskCauses() {}
}
