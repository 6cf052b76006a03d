package io.nereid.nymph.probe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Root and capabilities; their numbers are those of linux/capability.h. */
final class PrivilegeChecks {
  private static final String AS_ROOT = "run it as root: sudo ./nereid doctor";
  private static final String GIVE =
      "give it to the process that starts Nereid (systemd: CapabilityBoundingSet; docker: --cap-add)";

  private record Capability(int bit, boolean required, String suffers) {}

  private static final Map<String, Capability> CAPABILITIES = capabilities();
  private final HostFiles files;

  PrivilegeChecks(HostFiles files) {
    this.files = files;
  }

  private static Map<String, Capability> capabilities() {
    Map<String, Capability> all = new LinkedHashMap<>();
    all.put("CAP_SYS_ADMIN", new Capability(21, true, "mounts, namespaces, checkpoints"));
    all.put("CAP_NET_ADMIN", new Capability(12, true, "containers' networks, network lock"));
    all.put("CAP_NET_RAW", new Capability(13, true, "announcing moved addresses"));
    all.put("CAP_SYS_PTRACE", new Capability(19, true, "reading memory of containers, dumps"));
    all.put("CAP_SYS_CHROOT", new Capability(18, true, "starting and restoring containers"));
    all.put("CAP_MKNOD", new Capability(27, true, "devices and whiteouts of containers"));
    all.put("CAP_KILL", new Capability(5, true, "signals to containers"));
    all.put("CAP_CHOWN", new Capability(0, true, "owners of files that move"));
    all.put("CAP_DAC_OVERRIDE", new Capability(1, true, "files of other users"));
    all.put("CAP_FOWNER", new Capability(3, true, "modes of files that move"));
    all.put("CAP_SETUID", new Capability(7, true, "users of containers"));
    all.put("CAP_SETGID", new Capability(6, true, "groups of containers"));
    all.put("CAP_SETPCAP", new Capability(8, true, "capabilities of containers"));
    all.put(
        "CAP_SYS_RESOURCE",
        new Capability(
            24,
            false,
            "limits above the hard ones cannot be restored, and pipes of a large dump stay within"
                + " fs.pipe-max-size and fs.pipe-user-pages-soft"));
    all.put("CAP_SYS_NICE", new Capability(23, false, "priorities of containers are not restored"));
    all.put("CAP_IPC_LOCK", new Capability(14, false, "locked memory is not restored"));
    return all;
  }

  List<Requirement> examine() {
    List<Requirement> all = new ArrayList<>();
    String needed = "user 0, for runc, CRIU and mounts";
    long user = files.user();
    all.add(
        user == 0
            ? Requirement.ok("root", "user 0", needed)
            : Requirement.failed(
                "root",
                user < 0 ? "unknown user" : "user " + user + ", not root",
                needed,
                AS_ROOT));
    all.addAll(capabilitiesHeld(user == 0));
    return all;
  }

  private List<Requirement> capabilitiesHeld(boolean root) {
    long held = files.capabilities();
    Map<String, Capability> missing = new LinkedHashMap<>(CAPABILITIES);
    missing.values().removeIf(capability -> (held >> capability.bit() & 1) == 1);
    if (missing.isEmpty()) {
      return List.of(
          Requirement.ok(
              "capabilities", "all " + CAPABILITIES.size() + " that are used", "those of root"));
    }
    // Who is not root lacks them all, for one reason: one line says it.
    if (!root) {
      String names = "missing: " + String.join(", ", missing.keySet());
      return List.of(Requirement.failed("capabilities", names, "those of root", AS_ROOT));
    }
    return missing.entrySet().stream().map(e -> lacking(e.getKey(), e.getValue())).toList();
  }

  private static Requirement lacking(String name, Capability capability) {
    return capability.required()
        ? Requirement.failed(name, "missing", "for " + capability.suffers(), GIVE)
        : Requirement.warning(name, "missing: " + capability.suffers(), "wanted", GIVE);
  }
}
