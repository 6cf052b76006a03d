package io.nereid.launcher.bench;

import java.io.IOException;

/** Something that can start a container and move it between the first two hosts. */
interface MovingSystem {
  /**
   * Starts a fresh redis on the first host; it may not serve yet.
   *
   * @param number unique in a run
   */
  Guest start(int number) throws IOException;
}
