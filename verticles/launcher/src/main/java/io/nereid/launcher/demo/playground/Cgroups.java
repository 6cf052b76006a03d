package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cgroups of a run, in each hierarchy of version 1 and in version 2. */
final class Cgroups {
  private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  // A hierarchy or ROOT itself, then the parent of a host's containers.
  private static final int DEPTH_MAX = 2;

  private Cgroups() {}

  /** The topmost groups whose name holds the prefix. */
  static List<Path> of(Names names) {
    if (!Files.isDirectory(ROOT)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(ROOT, DEPTH_MAX)) {
      return paths
          .filter(path -> path.getFileName().toString().contains(names.prefix()))
          .filter(Files::isDirectory)
          .toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      LOG.debug("a cgroup vanished while they were listed", e);
      return List.of();
    }
  }

  /** Lets frozen processes run, because a frozen one does not die. */
  static void thaw(Path top) {
    for (Path group : deepestFirst(top)) {
      write(group.resolve("freezer.state"), "THAWED");
      write(group.resolve("cgroup.freeze"), "0");
    }
  }

  /** Removes it and all below; one that still has processes stays and shows up as left over. */
  static void remove(Path top) {
    for (Path group : deepestFirst(top)) {
      try {
        Files.deleteIfExists(group);
      } catch (IOException e) {
        LOG.debug("cannot remove {} yet", group, e);
      }
    }
  }

  private static List<Path> deepestFirst(Path top) {
    try (Stream<Path> paths = Files.walk(top)) {
      List<Path> groups = new ArrayList<>(paths.filter(Files::isDirectory).toList());
      groups.sort(Comparator.comparingInt(Path::getNameCount).reversed());
      return groups;
    } catch (IOException | java.io.UncheckedIOException e) {
      return List.of();
    }
  }

  private static void write(Path file, String value) {
    if (!Files.exists(file)) {
      return;
    }
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      LOG.debug("cannot write {}", file, e);
    }
  }
}
