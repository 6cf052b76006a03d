package io.nereid.nymph.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How processes of this host are called inside their container, which is how CRIU's images call
 * them. Source: proc_pid_status(5), NSpid.
 */
final class ProcessIds {
  private ProcessIds() {}

  /**
   * The host's id of each process by its id inside. Those that have ended are left out, and so are
   * ids that several have, as in pid namespaces made inside the container.
   */
  static Map<Integer, Integer> byIdInside(Path proc, Collection<Integer> pids) {
    Map<Integer, Integer> found = new HashMap<>();
    Set<Integer> ambiguous = new HashSet<>();
    for (int pid : pids) {
      int inside = idInside(proc.resolve(Integer.toString(pid)));
      if (inside > 0 && found.putIfAbsent(inside, pid) != null) {
        ambiguous.add(inside);
      }
    }
    found.keySet().removeAll(ambiguous);
    return found;
  }

  private static int idInside(Path process) {
    try {
      for (String line :
          Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("NSpid:")) {
          String[] ids = line.substring("NSpid:".length()).strip().split("\\s+");
          return Integer.parseInt(ids[ids.length - 1]);
        }
      }
      return -1;
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }
}
