package io.nereid.launcher.demo.workload;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.demo.playground.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** Makes OCI bundles from the root file systems that setup unpacked from Debian's packages. */
public final class Bundles {
  /** The redis of {@link #redis}. */
  public static final List<String> REDIS =
      List.of(
          "/usr/bin/redis-server",
          "--bind",
          "0.0.0.0",
          "--port",
          Integer.toString(RedisWatcher.PORT),
          "--protected-mode",
          "no",
          "--save",
          "",
          "--appendonly",
          "no",
          "--activerehashing",
          "no",
          "--daemonize",
          "no");

  /** File below the counter's root file system that gets each number on a line. */
  public static final String COUNT_FILE = "/data/count";

  private static final String PREFIX_DEFAULT = "/usr/local/lib/nereid";
  private final Tools tools;
  private final Path rootfs;

  /**
   * Reads where setup has put things.
   *
   * @param environment NEREID_PREFIX names another place than setup's default
   */
  public Bundles(Tools tools, Map<String, String> environment) {
    this.tools = tools;
    String named = environment.getOrDefault("NEREID_PREFIX", "");
    this.rootfs = Path.of(named.isBlank() ? PREFIX_DEFAULT : named, "demo");
  }

  /**
   * A shell that writes 1, 2, 3, … to its output and to {@link #COUNT_FILE}.
   *
   * @param bundle directory to be made
   * @param intervalMs between two numbers
   */
  public Path counter(Path bundle, int intervalMs) throws IOException {
    copyRootfs("busybox", bundle);
    Files.createDirectories(bundle.resolve("rootfs/data"));
    String script =
        "i=0; while :; do i=$((i+1)); echo $i; echo $i >>"
            + COUNT_FILE
            + "; usleep "
            + intervalMs * 1000L
            + "; done";
    OciConfig.write(bundle, List.of("/bin/sh", "-c", script), "/");
    return bundle;
  }

  /** A redis without persistence that everybody on the segment may talk to. */
  public Path redis(Path bundle) throws IOException {
    copyRootfs("redis", bundle);
    OciConfig.write(bundle, REDIS, "/data");
    return bundle;
  }

  /** Whether setup has unpacked a root file system of that name. */
  public boolean has(String name) {
    return Files.isDirectory(rootfs.resolve(name));
  }

  /**
   * Any program in one of the root file systems.
   *
   * @param name of the root file system
   */
  public Path program(Path bundle, String name, List<String> arguments) throws IOException {
    copyRootfs(name, bundle);
    OciConfig.write(bundle, arguments, "/");
    return bundle;
  }

  private void copyRootfs(String name, Path bundle) throws IOException {
    Path source = rootfs.resolve(name);
    if (!Files.isDirectory(source)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.UNSUPPORTED,
              "the demo's " + name + " is not at " + source,
              "run: ./nereid setup"));
    }
    Path target = bundle.resolve("rootfs");
    Files.createDirectories(target);
    tools.must("cp", "-a", source + "/.", target.toString());
    for (String mountPoint : List.of("proc", "sys", "dev", "data", "tmp")) {
      Files.createDirectories(target.resolve(mountPoint));
    }
    Files.setPosixFilePermissions(
        target.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
  }
}
