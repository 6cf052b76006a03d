package io.nereid.nymph.bundle;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.MountTable;
import io.nereid.nymph.fs.Mounts;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.journal.ResourceJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A container's root file system: a read-only layer below, a writable layer of its own above.
 * Blocks; idempotent; mounts are journaled.
 */
public final class OverlayMounts {
  /**
   * Said explicitly because distributions differ in their defaults, and a writable layer must mean
   * the same on every host it visits: no references by inode number, no redirects, no bare
   * metadata.
   */
  private static final List<String> PORTABLE =
      List.of("index=off", "redirect_dir=off", "metacopy=off", "xino=off");

  private final Mounts mounts;
  private final HostPaths paths;
  private final ResourceJournal journal;

  public OverlayMounts(Mounts mounts, HostPaths paths, ResourceJournal journal) {
    this.mounts = mounts;
    this.paths = paths;
    this.journal = journal;
    if (paths.data().toString().matches(".*[,:\\\\\"].*")) {
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              "the data directory '"
                  + paths.data()
                  + "' contains a comma, colon, backslash or quote, which overlayfs cannot take",
              "choose another data directory (node.dataDir)"));
    }
  }

  /**
   * Mounts the root file system of a container.
   *
   * @param layer directory of its read-only layer
   * @return where it is mounted
   */
  public Path mount(ContainerId id, Path layer) {
    ContainerDirs dirs = paths.container(id);
    try {
      prepareUpper(layer, dirs.upper());
      Files.createDirectories(dirs.work());
      Files.createDirectories(dirs.rootfs());
      Path target = dirs.rootfs().toRealPath();
      if (MountTable.read().at(target).isPresent()) {
        return dirs.rootfs();
      }
      journal.record(id, new Resource.Mount(target));
      List<String> options =
          new java.util.ArrayList<>(
              List.of(
                  "lowerdir=" + layer.toRealPath(),
                  "upperdir=" + dirs.upper().toRealPath(),
                  "workdir=" + dirs.work().toRealPath()));
      options.addAll(PORTABLE);
      mounts.mount("overlay", "nereid-" + id.value().substring(0, 12), target, options);
      return dirs.rootfs();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare the root file system of " + id + ": " + e, e);
    }
  }

  // The root directory that a container sees is the upper one: it must look like the layer's.
  private static void prepareUpper(Path layer, Path upper) throws IOException {
    if (Files.isDirectory(upper, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.createDirectories(upper);
    Map<String, Object> seen = Files.readAttributes(layer, "unix:uid,gid,mode");
    Files.setAttribute(upper, "unix:uid", seen.get("uid"));
    Files.setAttribute(upper, "unix:gid", seen.get("gid"));
    Files.setAttribute(upper, "unix:mode", (Integer) seen.get("mode") & 07777);
  }

  /** Unmounts it, with whatever is mounted below; the writable layer stays. */
  public void unmount(ContainerId id) {
    Path rootfs = paths.container(id).rootfs();
    try {
      if (Files.isDirectory(rootfs.getParent())) {
        Path target = rootfs.getParent().toRealPath().resolve(rootfs.getFileName());
        mounts.unmountBelow(target);
        journal.forget(id, new Resource.Mount(target));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find " + rootfs, e);
    }
  }
}
