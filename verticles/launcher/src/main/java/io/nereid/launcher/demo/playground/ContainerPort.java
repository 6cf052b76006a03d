package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The network namespace on a host of a container that no daemon looks after, and its port on the
 * host's bridge. Two hosts may have one with the same address, as long as one at most is plugged
 * in. Blocks.
 */
public final class ContainerPort {
  private static final String TABLE = "inet nereid-hold";
  private static final int PREFIX_LENGTH = 16;
  private final Tools tools;
  private final String hostNetns;
  private final String netns;
  private final String port;
  private final Path file;

  private ContainerPort(Tools tools, Names names, Daemon daemon, int number) {
    this.tools = tools;
    this.hostNetns = names.netns(daemon.host());
    this.netns = hostNetns + "-ct" + number;
    this.port = "ct" + number;
    this.file = daemon.dataDir().resolveSibling("netns-" + number);
  }

  /**
   * Makes it, not plugged in.
   *
   * @param number of the container, unique in a run
   * @param address without prefix length
   */
  public static ContainerPort make(
      Tools tools, Names names, Daemon daemon, int number, String address, String mac)
      throws IOException {
    ContainerPort made = new ContainerPort(tools, names, daemon, number);
    tools.ip("", "netns add " + made.netns);
    Segment.quiet(made.netns);
    tools.ip(
        made.hostNetns,
        "link add " + made.port + " type veth peer name eth0 netns " + made.netns,
        "link set " + made.port + " up");
    tools.ip(
        made.netns,
        "link set lo up",
        "link set eth0 address " + mac,
        "address add " + address + "/" + PREFIX_LENGTH + " dev eth0",
        "link set eth0 up");
    // Outside of /run, of which a run of CRIU may get one of its own.
    Files.createFile(made.file);
    tools.must("mount", "--bind", Names.netnsFile(made.netns).toString(), made.file.toString());
    return made;
  }

  /** The file that names the namespace. */
  public Path file() {
    return file;
  }

  /** Puts it on the segment. */
  public void plug() {
    tools.ip(hostNetns, "link set " + port + " master " + Names.BRIDGE);
  }

  /** Takes it off the segment. */
  public void unplug() {
    tools.ip(hostNetns, "link set " + port + " nomaster");
  }

  /**
   * Drops what comes in, so that the kernel does not answer for sockets that are not there yet.
   * What goes out may go: a restored process answers at once.
   */
  public void hold() {
    nft("add", "table", TABLE);
    nft("add", "chain", TABLE, "in", "{ type filter hook input priority -300; policy drop; }");
  }

  /** Ends {@link #hold}. */
  public void release() {
    nft("delete", "table", TABLE);
  }

  private void nft(String verb, String what, String... words) {
    java.util.List<String> argv =
        new java.util.ArrayList<>(java.util.List.of("nsenter", "--net=" + file, "nft", verb, what));
    for (String word : words) {
      argv.addAll(java.util.List.of(word.startsWith("{") ? new String[] {word} : word.split(" ")));
    }
    tools.must(argv.toArray(String[]::new));
  }

  /** Removes it, in whatever state it is. */
  public void remove() {
    tools.attempt("umount", file.toString());
    tools.attempt("ip", "netns", "delete", netns);
    tools.attempt("ip", "-netns", hostNetns, "link", "delete", port);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is mounted on still; the sweep at the end of the run unmounts and deletes it.
      return;
    }
  }
}
