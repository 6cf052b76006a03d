package io.nereid.launcher.demo.workload;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the config.json of a bundle: OCI runtime specification 1.0.2, one program in namespaces of
 * its own with the capabilities that container tools usually leave to it.
 */
final class OciConfig {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_NET_BIND_SERVICE",
          "CAP_SETGID",
          "CAP_SETPCAP",
          "CAP_SETUID",
          "CAP_SYS_CHROOT");
  private static final List<String> MASKED =
      List.of("/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware");
  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private OciConfig() {}

  /**
   * Writes it.
   *
   * @param bundle a directory with a root file system in rootfs
   * @param arguments program and arguments
   */
  static void write(Path bundle, List<String> arguments, String workingDirectory)
      throws IOException {
    ObjectNode config = JSON.createObjectNode();
    config.put("ociVersion", "1.0.2");
    process(config.putObject("process"), arguments, workingDirectory);
    config.putObject("root").put("path", "rootfs").put("readonly", false);
    config.put("hostname", bundle.getFileName().toString());
    mounts(config.putArray("mounts"));
    ObjectNode linux = config.putObject("linux");
    for (String namespace : List.of("pid", "network", "ipc", "uts", "mount")) {
      linux.withArray("namespaces").addObject().put("type", namespace);
    }
    linux
        .putObject("resources")
        .putArray("devices")
        .addObject()
        .put("allow", false)
        .put("access", "rwm");
    strings(linux.putArray("maskedPaths"), MASKED);
    strings(linux.putArray("readonlyPaths"), READ_ONLY);
    Files.writeString(
        bundle.resolve("config.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
  }

  private static void process(ObjectNode process, List<String> arguments, String directory) {
    process.put("terminal", false).put("cwd", directory).put("noNewPrivileges", true);
    process.putObject("user").put("uid", 0).put("gid", 0);
    strings(process.putArray("args"), arguments);
    strings(
        process.putArray("env"),
        List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/"));
    for (String set : List.of("bounding", "effective", "permitted")) {
      strings(process.withObject("/capabilities").putArray(set), CAPABILITIES);
    }
  }

  private static void mounts(ArrayNode mounts) {
    mount(mounts, "/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev"));
    mount(
        mounts, "/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=1m"));
    mount(
        mounts,
        "/dev/pts",
        "devpts",
        "devpts",
        List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
    mount(
        mounts,
        "/dev/shm",
        "tmpfs",
        "shm",
        List.of("nosuid", "noexec", "nodev", "mode=1777", "size=64m"));
    mount(mounts, "/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro"));
  }

  private static void mount(
      ArrayNode mounts, String at, String type, String source, List<String> options) {
    ObjectNode mount = mounts.addObject();
    mount.put("destination", at).put("type", type).put("source", source);
    strings(mount.putArray("options"), options);
  }

  private static void strings(ArrayNode array, List<String> values) {
    values.forEach(array::add);
  }
}
