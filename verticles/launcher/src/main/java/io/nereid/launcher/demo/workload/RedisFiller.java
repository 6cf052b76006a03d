package io.nereid.launcher.demo.workload;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/**
 * Fills redis with values that nothing can compress, so that what a move saves is not the data's
 * doing. Pipelined over a connection of its own that is closed before anything moves.
 */
public final class RedisFiller {
  private static final int VALUE_BYTES = 16 * 1024;
  private static final int IN_FLIGHT_MAX = 64;

  private RedisFiller() {}

  /**
   * Stores about so many bytes.
   *
   * @param seed the same seed gives the same data
   */
  public static void fill(Path namespace, String address, long bytes, long seed)
      throws IOException {
    Random random = new Random(seed);
    byte[] value = new byte[VALUE_BYTES];
    byte[] set = "SET".getBytes(StandardCharsets.US_ASCII);
    long count = bytes / VALUE_BYTES;
    try (RespConnection connection =
        RedisWatcher.connect(namespace, new InetSocketAddress(address, RedisWatcher.PORT))) {
      long unanswered = 0;
      for (long i = 0; i < count; i++) {
        random.nextBytes(value);
        connection.send(set, ("data:" + i).getBytes(StandardCharsets.US_ASCII), value);
        if (++unanswered == IN_FLIGHT_MAX) {
          unanswered = drain(connection, unanswered);
        }
      }
      drain(connection, unanswered);
    }
  }

  private static long drain(RespConnection connection, long unanswered) throws IOException {
    connection.flush();
    for (long i = 0; i < unanswered; i++) {
      connection.ok();
    }
    return 0;
  }
}
