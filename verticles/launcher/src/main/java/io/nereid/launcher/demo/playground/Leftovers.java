package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Looks for anything that a run has left on this machine. Changes nothing. */
public final class Leftovers {
  private static final Path DEVICES = Path.of("/sys/class/net");

  private Leftovers() {}

  /** Everything of a run, one line each that says what and where. */
  public static List<String> of(Names names) {
    List<String> found = new ArrayList<>();
    OwnProcesses.of(names).forEach(process -> found.add("process " + process));
    MountTable.containing(names.prefix()).forEach(point -> found.add("mount " + point));
    Namespaces.of(names).forEach(file -> found.add("network namespace " + file));
    Cgroups.of(names).forEach(group -> found.add("cgroup " + group));
    devices(names).forEach(device -> found.add("network device " + device));
    roots(names).forEach(root -> found.add("directory " + root));
    return found;
  }

  /** Directories of a run, wherever temporary files may be. */
  static List<Path> roots(Names names) {
    return temporaries().stream()
        .map(names::root)
        .filter(root -> Files.exists(root, LinkOption.NOFOLLOW_LINKS))
        .toList();
  }

  /** Where a run may have put its files, the quickest place first. */
  static Set<Path> temporaries() {
    Set<Path> places = new LinkedHashSet<>();
    places.add(Path.of("/dev/shm"));
    places.add(Path.of(System.getProperty("java.io.tmpdir")));
    places.add(Path.of("/var/tmp"));
    return places;
  }

  private static List<String> devices(Names names) {
    try (Stream<Path> devices = Files.list(DEVICES)) {
      return devices
          .map(device -> device.getFileName().toString())
          .filter(device -> device.contains(names.prefix()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + DEVICES, e);
    }
  }
}
