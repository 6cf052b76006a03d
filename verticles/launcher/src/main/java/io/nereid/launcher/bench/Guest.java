package io.nereid.launcher.bench;

import java.io.IOException;
import java.util.Map;

/** One container that runs on the first host and moves to the second. Blocks. */
interface Guest extends AutoCloseable {
  /** Where its clients reach it, without prefix length. */
  String address();

  /**
   * What the mover itself says of a move.
   *
   * @param frozenMs from the first step that stops the container to the one after which it runs
   * @param phasesMs milliseconds in each phase by its name; empty where nobody knows
   */
  record Moved(long frozenMs, Map<String, Long> phasesMs) {}

  /** Moves it; returns when the source is not needed any more. */
  Moved move() throws IOException;

  /** Removes it, wherever it is and in whatever state. */
  @Override
  void close();
}
