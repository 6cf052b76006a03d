package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One Ethernet segment between hosts and a client: a bridge in a namespace of its own, and a link
 * to each of them. A host's own address is on its bridge, where its containers are too.
 */
final class Segment {
  static final String UPLINK = "up0";
  private static final String SWITCH = "sw0";
  // No spanning tree, no delay before forwarding, and no snooping that would swallow what we send.
  private static final String BRIDGE = "type bridge stp_state 0 forward_delay 0 mcast_snooping 0";
  private static final int PREFIX_LENGTH = 16;

  // The addresses of all hosts, and of nobody else.
  private static final String HOSTS = "10.88.255.0/27";
  private static final long BURST_BYTES_MIN = 256 * 1024;
  private static final long BURSTS_PER_SECOND = 500;
  private static final String LATENCY = "50ms";
  private final Tools tools;
  private final Names names;

  Segment(Tools tools, Names names) {
    this.tools = tools;
    this.names = names;
  }

  /** Makes the namespaces, the links and the addresses. */
  void make(List<String> hosts) throws IOException {
    List<String> all = new ArrayList<>(List.of(names.switchNetns(), names.clientNetns()));
    hosts.forEach(host -> all.add(names.netns(host)));
    tools.ip("", all.stream().map(netns -> "netns add " + netns).toArray(String[]::new));
    for (String netns : all) {
      quiet(netns);
    }
    tools.ip(
        names.switchNetns(),
        "link add " + SWITCH + " " + BRIDGE,
        "link set " + SWITCH + " up",
        "link set lo up");
    for (String host : hosts) {
      plug(host, names.netns(host), UPLINK);
      tools.ip(
          names.netns(host),
          "link set lo up",
          "link add " + Names.BRIDGE + " " + BRIDGE,
          "link set " + UPLINK + " master " + Names.BRIDGE,
          "link set " + UPLINK + " up",
          "address add " + Names.address(host) + "/" + PREFIX_LENGTH + " dev " + Names.BRIDGE,
          "link set " + Names.BRIDGE + " up");
    }
    plug("client", names.clientNetns(), "eth0");
    tools.ip(
        names.clientNetns(),
        "link set lo up",
        "address add " + Names.clientAddress() + "/" + PREFIX_LENGTH + " dev eth0",
        "link set eth0 up");
  }

  /** Cuts the cable of a host, or mends it. */
  void link(String host, boolean up) {
    tools.ip(names.switchNetns(), "link set " + port(host) + " " + (up ? "up" : "down"));
  }

  /**
   * Limits what a host sends to other hosts, as if they had a link of their own for that: a token
   * bucket below a class for their addresses. What goes to clients is not queued behind it.
   */
  void limit(String host, long bitsPerSecond) {
    long burst = Math.max(BURST_BYTES_MIN, bitsPerSecond / 8 / BURSTS_PER_SECOND);
    tools.tc(
        names.netns(host),
        "qdisc replace dev " + UPLINK + " root handle 1: htb default 20",
        "class replace dev " + UPLINK + " parent 1: classid 1:10 htb rate 100gbit",
        "class replace dev " + UPLINK + " parent 1: classid 1:20 htb rate 100gbit",
        "qdisc replace dev "
            + UPLINK
            + " parent 1:10 handle 10: tbf rate "
            + bitsPerSecond
            + "bit burst "
            + burst
            + " latency "
            + LATENCY,
        "filter replace dev "
            + UPLINK
            + " parent 1: protocol ip prio 1 u32 match ip dst "
            + HOSTS
            + " flowid 1:10");
  }

  private void plug(String who, String netns, String device) {
    tools.ip(
        names.switchNetns(),
        "link add " + port(who) + " type veth peer name " + device + " netns " + netns,
        "link set " + port(who) + " master " + SWITCH,
        "link set " + port(who) + " up");
  }

  private static String port(String who) {
    return "to-" + who;
  }

  /** Without IPv6 nothing is on the segment but what the demo is about. */
  static void quiet(String netns) throws IOException {
    NetNs.call(
        Names.netnsFile(netns),
        () -> {
          Path all = Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6");
          Path future = Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6");
          if (Files.exists(all)) {
            Files.writeString(all, "1");
            Files.writeString(future, "1");
          }
          return true;
        });
  }
}
