package io.nereid.nymph.preflight;

import java.util.Set;

/** What CRIU can and cannot dump. Source: criu/files.c, criu/tty.c and criu/files-reg.c, 4.2. */
final class Kinds {
  static final String IO_URING = "io_uring";
  private static final int MAJOR_MEMORY = 1;
  private static final int MAJOR_VIRTUAL_TERMINAL = 4;
  private static final int MAJOR_TERMINAL = 5;
  private static final int MAJOR_MISC = 10;
  private static final int MINOR_TUN = 200;
  private static final int MAJOR_PTS_FIRST = 136;
  private static final int MAJOR_PTS_LAST = 143;
  private static final Set<String> SUPPORTED =
      Set.of("eventfd", "eventpoll", "inotify", "fanotify", "signalfd", "timerfd", "pidfd");
  private static final Set<String> UNSUPPORTED =
      Set.of(
          IO_URING,
          "userfaultfd",
          "perf_event",
          "fscontext",
          "landlock-ruleset",
          "bpf-prog",
          "bpf_link",
          "bpf-link",
          "seccomp notify",
          "kvm-vm",
          "iommufd");

  private Kinds() {}

  /** How CRIU deals with a kernel object. */
  enum Dump {
    WORKS,
    FAILS,
    UNKNOWN
  }

  /** The kind in a link such as anon_inode:[eventpoll]. */
  static String ofLink(String link) {
    String kind = link.substring(link.indexOf(':') + 1);
    return kind.startsWith("[") && kind.endsWith("]") ? kind.substring(1, kind.length() - 1) : kind;
  }

  static Dump of(String kind) {
    if (SUPPORTED.contains(kind)) {
      return Dump.WORKS;
    }
    return UNSUPPORTED.contains(kind) || kind.startsWith("kvm-vcpu") ? Dump.FAILS : Dump.UNKNOWN;
  }

  static boolean isMovable(Descriptor.Status device) {
    int major = device.major();
    return device.isCharDevice()
        && (major == MAJOR_MEMORY
            || major == MAJOR_VIRTUAL_TERMINAL
            || major == MAJOR_TERMINAL
            || (major >= MAJOR_PTS_FIRST && major <= MAJOR_PTS_LAST)
            || (major == MAJOR_MISC && device.minor() == MINOR_TUN));
  }
}
