package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Counts what leaves a host by its uplink, proc(5): /proc/net/dev. */
public final class LinkCounter {
  private static final Path DEVICES = Path.of("/proc/thread-self/net/dev");

  // Interface name, eight figures of what came in, then the bytes that went out.
  private static final int SENT_BYTES = 8;
  private final Path netns;

  public LinkCounter(Names names, Daemon daemon) {
    this.netns = Names.netnsFile(names.netns(daemon.host()));
  }

  /** Bytes since the link was made, Ethernet headers included. */
  public long sentBytes() throws IOException {
    return parse(NetNs.call(netns, () -> Files.readString(DEVICES)));
  }

  static long parse(String devices) throws IOException {
    String prefix = Segment.UPLINK + ":";
    String line =
        devices
            .lines()
            .map(String::strip)
            .filter(l -> l.startsWith(prefix))
            .findFirst()
            .orElseThrow(() -> new IOException("there is no " + Segment.UPLINK));
    return Long.parseLong(line.substring(prefix.length()).strip().split("\\s+")[SENT_BYTES]);
  }
}
