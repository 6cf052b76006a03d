package io.nereid.explain;

import static io.nereid.explain.Cause.Group.HOST;

import java.util.List;

/** What the kernel says, whatever was being done. */
final class GeneralCauses {
  static final List<Cause> ALL =
      List.of(
          general(
              Causes.NO_SPACE,
              "a disk or a tmpfs is full",
              "The image needs as much room as the container has memory, and its files in addition.",
              "make room below criu.dumpPath (DUMP_PATH) and node.dataDir, or put them on a larger"
                  + " file system; a tmpfs counts as memory",
              Sign.of("criu/include/log.h", "No space left on device"),
              Sign.of("criu/include/log.h", "Disk quota exceeded"),
              Sign.of("criu/image.c", "Img trimmed "),
              Sign.of("libcontainer", "no space left on device")),
          general(
              "no-memory",
              "there is not enough memory",
              "The host or the container's limit has no room for the processes.",
              "free memory on the host, or raise linux.resources.memory in config.json",
              Sign.of("criu/include/log.h", "Cannot allocate memory"),
              Sign.of("libcontainer", "cannot allocate memory")),
          general(
              "too-many-files",
              "the limit of open files is reached",
              "CRIU opens every file of every process at once.",
              "raise the daemon's limit (LimitNOFILE, ulimit -n) and fs.file-max",
              Sign.of("criu/include/log.h", "Too many open files")),
          general(
              "read-only",
              "a file system is mounted read-only",
              "CRIU has to write there, mostly to recreate a deleted file.",
              "mount it writable, or make the program close deleted files on it",
              Sign.of("criu/include/log.h", "Read-only file system"),
              Sign.of("criu/mount.c", "has readonly sb")),
          general(
              "not-permitted",
              "the kernel does not permit a step",
              "The daemon lacks a capability, or a security module or seccomp profile of the host"
                  + " forbids it.",
              "run the daemon as root with all capabilities and outside of containers; look for"
                  + " denials with 'dmesg' or 'ausearch'; 'nereid doctor'",
              Sign.of("criu/include/log.h", "Operation not permitted"),
              Sign.of("criu/include/log.h", "Permission denied"),
              Sign.of("libcontainer", "operation not permitted")));

  private GeneralCauses() {}

  private static Cause general(
      String id, String title, String means, String remedy, Sign... signs) {
    return Cause.of(id, HOST, title, means, remedy, signs).withRank(Cause.Rank.GENERAL);
  }
}
