package io.nereid.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts a program with which somebody talks while it runs. Only for sessions that a person holds
 * open; everything else goes through {@link ProcessRunner}, which has deadlines.
 */
public interface ProcessLauncher {
  /**
   * Starts it; the caller reads its streams, bounds what is kept of them and ends it with {@link
   * ProcessTree}.
   *
   * @param more added to a small fixed environment
   * @param terminal the device of a pseudo terminal that becomes all three streams and the
   *     controlling terminal; otherwise they are pipes
   * @param stdin without a terminal: whether input will be sent
   * @throws IOException when it cannot be started
   */
  Process launch(
      List<String> argv, Map<String, String> more, Optional<Path> terminal, boolean stdin)
      throws IOException;
}
