package io.nereid.launcher.demo.workload;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The longest of many silences, so many and no more. Thread-confined. */
final class Silences {
  static final int KEPT_MAX = 256;

  // Shorter ones are requests as they should be.
  private static final long WORTH_NANOS = 2_000_000;
  private final PriorityQueue<Silence> longest =
      new PriorityQueue<>(Comparator.comparingLong(Silence::nanos));

  void add(Silence silence) {
    if (silence.nanos() < WORTH_NANOS) {
      return;
    }
    longest.add(silence);
    if (longest.size() > KEPT_MAX) {
      longest.remove();
    }
  }

  void clear() {
    longest.clear();
  }

  /** The longest first. */
  List<Silence> all() {
    List<Silence> all = new ArrayList<>(longest);
    all.sort(Comparator.comparingLong(Silence::nanos).reversed());
    return all;
  }
}
