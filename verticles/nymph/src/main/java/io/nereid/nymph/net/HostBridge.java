package io.nereid.nymph.net;

import io.nereid.config.NetworkConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.process.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge to which this host's containers are attached. One that exists is used as it is; one
 * that we made carries a mark and goes when nobody uses it any more.
 */
final class HostBridge {
  private static final Logger LOG = LoggerFactory.getLogger(HostBridge.class);
  private static final Path DEVICES = Path.of("/proc/self/net/dev");
  private static final String MARK = "made by nereid";
  private final IpTool ip;
  private final NetworkConfig config;

  HostBridge(IpTool ip, NetworkConfig config) {
    this.ip = ip;
    this.config = config;
  }

  String name() {
    return config.bridge();
  }

  /** Makes the bridge when there is none. */
  synchronized void ensure() {
    if (exists(name())) {
      return;
    }
    List<String> commands = new ArrayList<>();
    commands.add("link add name " + name() + " type bridge stp_state 0 forward_delay 0");
    commands.add("link set dev " + name() + " alias \"" + MARK + "\"");
    commands.add("link set dev " + name() + " up");
    config
        .uplink()
        .ifPresent(uplink -> {
          refuseWithAddress(uplink);
          commands.add("link set dev " + uplink + " master " + name());
          commands.add("link set dev " + uplink + " up");
        });
    ip.batch("making bridge " + name(), commands);
  }

  // On a bridge port an address no longer works: the host itself would fall off the network.
  private void refuseWithAddress(String uplink) {
    Outcome shown = ip.run("ip", "-4", "-o", "addr", "show", "dev", uplink);
    if (shown instanceof Outcome.Exited e && e.code() == 0 && e.stdout().contains("inet ")) {
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              "the uplink " + uplink + " has an IPv4 address, which would stop working on a bridge",
              "make a bridge, move the address to it, put the uplink on it, and name the bridge in"
                  + " network.bridge"));
    }
    IpTool.expect("looking at uplink " + uplink, shown);
  }

  /** Removes the bridge when we made it and no container is attached. */
  synchronized void removeIfUnused() {
    if (!exists(name()) || !shown("dev").contains("alias " + MARK)) {
      return;
    }
    boolean used =
        shown("master").lines().anyMatch(line -> !config.uplink().equals(Optional.of(port(line))));
    if (!used) {
      Outcome removed = ip.run("ip", "link", "del", "dev", name());
      if (!removed.ok()) {
        LOG.warn("bridge {} could not be removed: {}", name(), removed);
      }
    }
  }

  private String shown(String by) {
    Outcome outcome = ip.run("ip", "-o", "link", "show", by, name());
    IpTool.expect("looking at bridge " + name(), outcome);
    return ((Outcome.Exited) outcome).stdout();
  }

  /** The device of a line like {@code 7: veth0@if2: <...>}. */
  private static String port(String line) {
    return line.replaceFirst("^\\d+: ([^:@]+)[:@].*$", "$1");
  }

  // Not in /sys: that shows the network namespace in which it was mounted, not ours.
  static boolean exists(String device) {
    try {
      return Files.readAllLines(DEVICES, StandardCharsets.US_ASCII).stream()
          .anyMatch(line -> line.strip().startsWith(device + ":"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + DEVICES, e);
    }
  }
}
