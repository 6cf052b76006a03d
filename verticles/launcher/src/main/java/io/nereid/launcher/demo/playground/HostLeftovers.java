package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Looks for what the daemons themselves should have removed, before the playground removes all:
 * traces of containers on hosts that have none. Changes nothing.
 */
public final class HostLeftovers {
  private HostLeftovers() {}

  /** What any container has left on any host, one line each. */
  public static List<String> of(Tools tools, Playground playground) {
    List<String> found = new ArrayList<>();
    for (Daemon daemon : playground.daemons()) {
      String host = "host " + daemon.host() + ": ";
      files(daemon).forEach(file -> found.add(host + file));
      network(tools, playground.names(), daemon).forEach(what -> found.add(host + what));
      mounts(playground, daemon).forEach(point -> found.add(host + "mount " + point));
    }
    found.addAll(groupsAndNamespaces(playground));
    return found;
  }

  /** Traces of one container on a host that does not have it. */
  public static List<String> of(Tools tools, Playground playground, Daemon daemon, String id) {
    List<String> found = new ArrayList<>();
    files(daemon).stream().filter(file -> file.contains(id)).forEach(found::add);
    found.addAll(network(tools, playground.names(), daemon));
    mounts(playground, daemon).forEach(point -> found.add("mount " + point));
    for (Path parent : Cgroups.of(playground.names())) {
      Path group = parent.resolve(id);
      if (parent.getFileName().toString().endsWith(daemon.node().value()) && Files.exists(group)) {
        found.add("cgroup " + group);
      }
    }
    return found.stream().map(what -> "host " + daemon.host() + ": " + what).toList();
  }

  /** Below the host's own directory, which may be a file system of its own. */
  private static List<Path> mounts(Playground playground, Daemon daemon) {
    Path home = playground.root().resolve(daemon.host());
    return MountTable.atOrBelow(home).stream().filter(point -> !point.equals(home)).toList();
  }

  /** Containers, images that are being made, and reservations. */
  private static List<String> files(Daemon daemon) {
    List<String> found = new ArrayList<>();
    found.addAll(below(daemon.dataDir().resolve("containers"), 1));
    found.addAll(below(daemon.dataDir().resolve("incoming"), 1));
    found.addAll(below(daemon.dataDir().resolve("trash"), 1));
    // One directory for the host and one for each container may stay empty.
    found.addAll(below(daemon.dumpDir(), 3).stream().filter(f -> depth(daemon, f) > 2).toList());
    return found;
  }

  private static int depth(Daemon daemon, String file) {
    return daemon.dumpDir().relativize(Path.of(file)).getNameCount();
  }

  private static List<String> below(Path directory, int depth) {
    try (Stream<Path> paths = Files.walk(directory, depth)) {
      return paths.filter(p -> !p.equals(directory)).map(Path::toString).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      return List.of(directory + " cannot be read: " + e.getMessage());
    }
  }

  /** Ports on the bridge and firewall tables in the host's namespace. */
  private static List<String> network(Tools tools, Names names, Daemon daemon) {
    List<String> found = new ArrayList<>();
    String netns = names.netns(daemon.host());
    String ports = tools.must("ip", "-netns", netns, "-oneline", "link", "show", "type", "veth");
    ports
        .lines()
        .filter(line -> !line.contains(": " + Segment.UPLINK + "@"))
        .forEach(line -> found.add("network device " + line.strip()));
    String tables =
        tools.must("nsenter", "--net=" + Names.netnsFile(netns), "nft", "list", "tables");
    tables.lines().forEach(line -> found.add("firewall " + line.strip()));
    return found;
  }

  private static List<String> groupsAndNamespaces(Playground playground) {
    Names names = playground.names();
    List<String> found = new ArrayList<>();
    for (Path parent : Cgroups.of(names)) {
      try (Stream<Path> groups = Files.list(parent)) {
        groups.filter(Files::isDirectory).forEach(group -> found.add("cgroup " + group));
      } catch (IOException e) {
        found.add("cgroup " + parent + " cannot be read: " + e.getMessage());
      }
    }
    List<String> own = new ArrayList<>(List.of(names.clientNetns(), names.switchNetns()));
    playground.daemons().forEach(daemon -> own.add(names.netns(daemon.host())));
    Namespaces.of(names).stream()
        .filter(file -> !own.contains(file.getFileName().toString()))
        .forEach(file -> found.add("network namespace " + file));
    return found;
  }
}
