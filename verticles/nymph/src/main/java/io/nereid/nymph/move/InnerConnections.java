package io.nereid.nymph.move;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * TCP connections of which both ends are in the same container. While it is frozen the kernel goes
 * on delivering between them: a delayed acknowledgement could have one end send after the other one
 * was dumped. So they have to be held apart, even off the network. Source of the format: proc(5),
 * /proc/net/tcp.
 */
final class InnerConnections {
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;

  /** How the kernel prints the first 96 bits of ::ffff:0:0/96 on a little-endian machine. */
  private static final String MAPPED = "0000000000000000FFFF0000";

  /** Not worth more time of a frozen container: then there may be some. */
  private static final int LINES_MAX = 5_000;

  private InnerConnections() {}

  /**
   * Whether there are certainly none.
   *
   * @param processes of the container
   */
  static boolean none(List<Integer> processes) {
    try {
      Set<String> namespaces = new HashSet<>();
      for (int process : processes) {
        Path proc = Path.of("/proc", Integer.toString(process));
        boolean other = namespaces.add(Files.readSymbolicLink(proc.resolve("ns/net")).toString());
        if (other && any(table(proc.resolve("net/tcp")), table(proc.resolve("net/tcp6")))) {
          return false;
        }
      }
      return namespaces.size() == 1;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> table(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.skip(1).limit(LINES_MAX + 1).toList();
    } catch (NoSuchFileException e) {
      // A kernel without IPv6.
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Whether there are some in the lines of two tables. */
  static boolean any(List<String> tcp, List<String> tcp6) {
    if (tcp.size() > LINES_MAX || tcp6.size() > LINES_MAX) {
      return true;
    }
    Set<String> seen = new HashSet<>();
    for (String line : Stream.concat(tcp.stream(), tcp6.stream()).toList()) {
      String[] words = line.strip().split("\\s+", REMOTE + 2);
      if (words.length <= REMOTE) {
        return true;
      }
      String local = plain(words[LOCAL]);
      String remote = plain(words[REMOTE]);
      if (seen.contains(remote + ' ' + local)) {
        return true;
      }
      seen.add(local + ' ' + remote);
    }
    return false;
  }

  /** One end may be a socket of IPv6 that talks IPv4. */
  private static String plain(String address) {
    return address.startsWith(MAPPED) ? address.substring(MAPPED.length()) : address;
  }
}
