package io.nereid.config;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What defaults depend on; different for every machine, so tests give their own. */
public interface HostFacts {
  /** The host's name as its administrator chose it. */
  String hostName();

  /** How many processors there are. */
  int processors();

  /** The IPv4 address from which this host reaches another, or empty when that cannot be told. */
  Optional<String> addressTowards(String other);

  /** The machine that this runs on. */
  static HostFacts ofThisMachine() {
    return new HostFacts() {
      @Override
      public String hostName() {
        try {
          return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
          return "";
        }
      }

      @Override
      public int processors() {
        return Runtime.getRuntime().availableProcessors();
      }

      @Override
      public Optional<String> addressTowards(String other) {
        // Connecting a datagram socket sends nothing: the kernel only picks the route.
        try (DatagramSocket socket = new DatagramSocket()) {
          socket.connect(new InetSocketAddress(InetAddress.getByName(other), 9));
          InetAddress local = socket.getLocalAddress();
          return local.isAnyLocalAddress() || !(local instanceof Inet4Address)
              ? Optional.empty()
              : Optional.of(local.getHostAddress());
        } catch (IOException | RuntimeException e) {
          return Optional.empty();
        }
      }
    };
  }
}
