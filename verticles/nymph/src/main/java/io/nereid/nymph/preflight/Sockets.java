package io.nereid.nymph.preflight;

import java.util.Set;
import java.util.TreeSet;

/**
 * TCP sockets of a network namespace. Source of the format: proc_net(5), /proc/net/tcp; the states
 * are those of the kernel's tcp_states.h.
 *
 * @param established how many of the wanted ones are connected
 * @param listening ports of the wanted ones on which connections are accepted
 */
record Sockets(int established, Set<Integer> listening) {
  private static final int LINES_MAX = 200_000;
  private static final int LOCAL = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final Set<String> UNCONNECTED = Set.of("06", "07", "0A", "0C");
  private static final String LISTEN = "0A";
  private static final int PORTS_MAX = 1_000;

  /**
   * Counts.
   *
   * @param tables content of tcp and of tcp6
   * @param wanted inodes of the sockets that count; null: all
   */
  static Sockets of(Set<Long> wanted, String... tables) {
    int established = 0;
    Set<Integer> listening = new TreeSet<>();
    for (String table : tables) {
      for (String line : table.lines().skip(1).limit(LINES_MAX).toList()) {
        String[] words = line.strip().split("\\s+");
        if (words.length <= INODE
            || (wanted != null && !wanted.contains(ProcFiles.number(words[INODE], -1)))) {
          continue;
        }
        if (words[STATE].equals(LISTEN)) {
          port(words[LOCAL], listening);
        } else if (!UNCONNECTED.contains(words[STATE])) {
          established++;
        }
      }
    }
    return new Sockets(established, listening);
  }

  private static void port(String address, Set<Integer> ports) {
    if (ports.size() >= PORTS_MAX) {
      return;
    }
    try {
      ports.add(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16));
    } catch (NumberFormatException e) {
      // The kernel writes no such line.
      return;
    }
  }
}
