package io.nereid.process;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Kills a process and everything it has started, by process id. */
public final class ProcessTree {
  /** A tree that forks faster than this many sweeps is left to its own end. */
  private static final int SWEEPS_MAX = 10;

  private ProcessTree() {}

  /**
   * Sends SIGKILL to the process and all its descendants.
   *
   * @return true when none of them is known to be left
   */
  public static boolean kill(ProcessHandle root) {
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
      List<ProcessHandle> descendants = new ArrayList<>(root.descendants().toList());
      if (descendants.isEmpty()) {
        break;
      }
      // The deepest first: a dead parent would hide its children from the next sweep.
      Collections.reverse(descendants);
      descendants.forEach(ProcessHandle::destroyForcibly);
    }
    root.destroyForcibly();
    return root.descendants().noneMatch(ProcessHandle::isAlive);
  }
}
