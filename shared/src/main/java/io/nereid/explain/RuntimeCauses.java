package io.nereid.explain;

import static io.nereid.explain.Cause.Group.HOST;

import java.util.List;

/** What runc and conmon say. */
final class RuntimeCauses {
  private static final String CRIU_GO = "libcontainer/criu_linux.go";

  static final List<Cause> ALL =
      List.of(
          Cause.of(
              "criu-not-found",
              HOST,
              "there is no CRIU on this host",
              "runc looks for a program named criu in PATH.",
              "run './nereid setup'",
              Sign.of(CRIU_GO, "exec: ", "criu", ": executable file not found"),
              Sign.of(CRIU_GO, "exec: ", "criu", ": permission denied")),
          Cause.of(
              "criu-version",
              HOST,
              "CRIU is too old for runc",
              "runc asks CRIU for its version before it begins.",
              "run './nereid setup' on the host that the message comes from",
              Sign.of(CRIU_GO, "CRIU version ", " must be ", " or higher"),
              Sign.of(CRIU_GO, "criu lacks support for external"),
              Sign.of(CRIU_GO, "requires at least CRIU")),
          Cause.of(
              "criu-features",
              HOST,
              "this kernel or CRIU lacks a feature that was asked for",
              "--pre-dump and --parent-path need a kernel with CONFIG_MEM_SOFT_DIRTY, --lazy-pages"
                  + " needs userfaultfd. runc asks CRIU before it begins, and nothing has happened.",
              "'criu check --feature mem_dirty_track' and '--feature uffd-noncoop' tell which; leave"
                  + " the option out, Nereid needs neither",
              Sign.of(CRIU_GO, "CRIU is missing features"),
              Sign.of(CRIU_GO, "criu is missing features")),
          Cause.of(
              "runc-without-criu",
              HOST,
              "this runc cannot checkpoint",
              "It was built without support for CRIU.",
              "install another runc, such as the distribution's",
              Sign.of(
                  "libcontainer/criu_disabled_linux.go",
                  "not been compiled with checkpoint/restore support")),
          Cause.of(
              "criu-crashed",
              HOST,
              "CRIU ended without an answer",
              "It crashed or was killed; often for lack of memory, the container's limit counts for it"
                  + " during a restore; by a setting that it cannot digest; or by a missing library.",
              "look at 'dmesg'; raise the container's memory limit; run 'criu check'; empty"
                  + " /etc/criu/runc.conf to see whether it is the reason",
              Sign.of(CRIU_GO, "criu failed: signal: "),
              Sign.of(CRIU_GO, "read unixpacket "),
              Sign.of(CRIU_GO, "CRIU version check failed: "),
              Sign.of(CRIU_GO, "CRIU feature check failed"),
              Sign.of(CRIU_GO, "unexpected EOF")),
          Cause.of(
              "container-state",
              HOST,
              "the container is not in a state in which that is possible",
              "Only one that runs or is paused can be dumped.",
              "look at 'nereid ps -a'",
              Sign.of("checkpoint.go", "cannot be checkpointed in "),
              Sign.of("libcontainer/error.go", "container not running"),
              Sign.of("libcontainer/error.go", "container does not exist")),
          Cause.of(
              "container-exists",
              HOST,
              "a container of this id exists there already",
              "The rest of an earlier attempt, or the container itself, is still known to runc.",
              "look at 'nereid ps -a' and 'runc --root DIR list'; remove what is left over",
              Sign.of("libcontainer/error.go", "container with given ID already exists"),
              Sign.of("libcontainer/factory_linux.go", "container's cgroup is not empty")),
          Cause.of(
              "conmon-setup",
              HOST,
              "conmon could not start the runtime",
              "It gave up before runc ran: a program, a directory or the log file is missing, or a"
                  + " path is too long.",
              "look at 'nereid doctor'; a shorter node.runDir keeps the paths of sockets short",
              Sign.of("conmon/src/cli.c", "Runtime path ", " is not valid"),
              Sign.of("conmon/src/ctr_logging.c", "Failed to open log file"),
              Sign.of("conmon/src/conn_sock.c", "Failed to bind to console-socket"),
              Sign.of("conmon/src/conn_sock.c", "Failed to create socket "),
              Sign.of("conmon/src/conmon.c", "Failed to read pidfile")),
          Cause.of(
                  "criu-failed",
                  HOST,
                  "CRIU has failed, and its reason is in its own log",
                  "runc's message never has the reason: the type is the step at which it got to know,"
                      + " and errno 0 means nothing.",
                  "read dump.log or restore.log in the work directory, or give it to 'nereid explain';"
                      + " when there is no log, CRIU had ended before: 'criu check'",
                  Sign.of(CRIU_GO, "criu failed: type "),
                  Sign.of(CRIU_GO, "criu failed: exit status"),
                  Sign.of("conmon/src/conmon.c", "Failed to create container: exit status"))
              .withRank(Cause.Rank.CONSEQUENCE));

  private RuntimeCauses() {}
}
