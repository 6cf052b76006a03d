package io.nereid.launcher.bench;

import java.io.IOException;

/** One container that runs on the first host and moves to the second. Blocks. */
interface Guest extends AutoCloseable {
  /** Where its clients reach it, without prefix length. */
  String address();

  /**
   * Moves it; returns when the source is not needed any more.
   *
   * @return milliseconds from the first step that stops it to the one after which it runs
   */
  long move() throws IOException;

  /** Removes it, wherever it is and in whatever state. */
  @Override
  void close();
}
