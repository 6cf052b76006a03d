package io.nereid.nymph.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts an overlay for real on the data directory's file system, because some cannot hold one. The
 * mount is in a mount namespace that ends with the program, so that not even a kill leaves it.
 */
final class OverlayCheck {
  private static final Logger LOG = LoggerFactory.getLogger(OverlayCheck.class);
  private static final String NAME = "overlayfs";
  private static final String NEEDED = "an overlay can be mounted at the data directory";
  private static final String PROBE = "probe";

  /** What an overlay may leave in its work directory, the deepest first. */
  private static final List<String> LEFT =
      List.of(
          "merged",
          "lower/" + PROBE,
          "lower",
          "upper/" + PROBE,
          "upper",
          "work/work",
          "work/index",
          "work");

  private final Tool tool;

  OverlayCheck(Tool tool) {
    this.tool = tool;
  }

  Requirement examine(Path dataDir) {
    Path parent = DiskSpace.nearest(dataDir);
    Path base;
    try {
      base = Files.createTempDirectory(parent, ".nereid-doctor-");
    } catch (IOException e) {
      return Requirement.failed(
          NAME,
          "cannot write to '" + parent + "': " + e.getClass().getSimpleName(),
          NEEDED,
          "run it as root, or choose another node.dataDir");
    }
    try {
      return tryIn(base, parent);
    } catch (IOException e) {
      return Requirement.failed(NAME, e.toString(), NEEDED, "look at the file system of " + parent);
    } finally {
      delete(base);
    }
  }

  private Requirement tryIn(Path base, Path parent) throws IOException {
    for (String directory : List.of("lower", "upper", "work", "merged")) {
      Files.createDirectory(base.resolve(directory));
    }
    Files.createFile(base.resolve("lower").resolve(PROBE));
    // The script is constant; the directory is its argument, never part of it.
    String script =
        "cd \"$1\" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged"
            + " && echo written > merged/probe && umount merged";
    Tool.Run run =
        tool.run(
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            script,
            "nereid-doctor",
            base.toString());
    if (!run.ok()) {
      return Requirement.failed(
          NAME,
          run.reason(),
          NEEDED,
          "run it as root; load the kernel module overlay; put node.dataDir on ext4, xfs or tmpfs");
    }
    return Files.isRegularFile(base.resolve("upper").resolve(PROBE))
        ? Requirement.ok(NAME, "mounted and written at " + parent, NEEDED)
        : Requirement.failed(
            NAME,
            "mounted at " + parent + ", but what was written is not in the upper directory",
            NEEDED,
            "put node.dataDir on ext4, xfs or tmpfs");
  }

  private static void delete(Path base) {
    try {
      for (String left : LEFT) {
        Files.deleteIfExists(base.resolve(left));
      }
      Files.deleteIfExists(base);
    } catch (IOException e) {
      LOG.warn("The temporary directory {} could not be removed: {}", base, e.toString());
    }
  }
}
