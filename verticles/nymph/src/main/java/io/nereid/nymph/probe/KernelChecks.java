package io.nereid.nymph.probe;

import io.nereid.nymph.track.Trackers;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel: version, architecture, cgroups, limits of pipes. */
final class KernelChecks {
  /** CLONE3 with set_tid came with 5.5, the freezer of cgroup v2 with 5.2. */
  private static final int MAJOR_MIN = 5;

  private static final int MINOR_MIN = 5;
  private static final long PIPE_BYTES_WANTED = 1024 * 1024;
  private static final int SYS_RESOURCE = 24;
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
  private final HostFiles files;
  private final String arch;

  KernelChecks(HostFiles files, String arch) {
    this.files = files;
    this.arch = arch;
  }

  List<Requirement> examine() {
    return List.of(
        kernel(),
        architecture(),
        writeTracking(),
        cgroups(),
        pipeLimit("fs.pipe-user-pages-soft", true),
        pipeLimit("fs.pipe-max-size", false));
  }

  private Requirement kernel() {
    String needed = "Linux " + MAJOR_MIN + "." + MINOR_MIN + " or newer";
    String found = files.kernel();
    Matcher version = VERSION.matcher(found);
    if (!version.matches()) {
      String said = found.isEmpty() ? "unknown" : found;
      return Requirement.failed("kernel", said, needed, "run it on Linux");
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    return major > MAJOR_MIN || major == MAJOR_MIN && minor >= MINOR_MIN
        ? Requirement.ok("kernel", found, needed)
        : Requirement.failed("kernel", found, needed, "boot a newer kernel");
  }

  private Requirement architecture() {
    String needed = "x86_64, the same on all hosts";
    return switch (arch) {
      case "x86_64" -> Requirement.ok("architecture", arch, needed);
      case "aarch64" ->
          Requirement.warning("architecture", arch, needed, "it may work, it has not been tried");
      default -> Requirement.failed("architecture", arch, needed, "use another machine");
    };
  }

  private Requirement writeTracking() {
    String what = "the kernel notes which pages of a container are written";
    return Trackers.impossible(arch, files.kernel())
        .map(why ->
            Requirement.warning(
                "write tracking",
                "not possible: " + why + "; all pages are compared instead",
                what,
                "nothing must be done; a freeze is longer by half a second for each GiB"))
        .orElseGet(() -> Requirement.ok("write tracking", "possible", what));
  }

  private Requirement cgroups() {
    CgroupMode mode = CgroupMode.of(files.text("self/mounts"));
    String needed = "cgroups that can freeze: v2, or v1 with the freezer";
    if (mode.canFreeze()) {
      return Requirement.ok("cgroups", mode.name() + ", can freeze", needed);
    }
    return mode.name().equals("none")
        ? Requirement.failed(
            "cgroups", "none mounted", needed, "mount them: mount -t cgroup2 none /sys/fs/cgroup")
        : Requirement.failed(
            "cgroups",
            mode.name() + " without the freezer",
            needed,
            "mount the freezer controller");
  }

  // A zero means no limit for the pages of a user, and the largest size there is otherwise.
  private Requirement pipeLimit(String key, boolean zeroIsBest) {
    OptionalLong value = files.number("sys/" + key.replace('.', '/'));
    String wanted = zeroIsBest ? "0 (no limit)" : "at least " + PIPE_BYTES_WANTED;
    String needed = wanted + ", or CAP_SYS_RESOURCE, so that large dumps find pipes";
    if (value.isEmpty()) {
      return Requirement.warning(key, "unknown", needed, "mount /proc");
    }
    long is = value.getAsLong();
    boolean exempt = (files.capabilities() >> SYS_RESOURCE & 1) == 1;
    boolean good = zeroIsBest ? is == 0 : is >= PIPE_BYTES_WANTED;
    if (good || exempt) {
      return Requirement.ok(key, Long.toString(is), needed);
    }
    String set = "sysctl -w " + key + "=" + (zeroIsBest ? 0 : PIPE_BYTES_WANTED);
    return Requirement.warning(key, Long.toString(is), needed, set);
  }
}
