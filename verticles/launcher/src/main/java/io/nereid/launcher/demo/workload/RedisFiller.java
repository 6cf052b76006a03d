package io.nereid.launcher.demo.workload;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Fills redis with values that nothing can compress, so that what a move saves is not the data's
 * doing. Pipelined over a connection of its own that is closed before anything moves.
 */
public final class RedisFiller {
  private static final byte[] SET = "SET".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GET = "GET".getBytes(StandardCharsets.US_ASCII);
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
    long count = bytes / VALUE_BYTES;
    try (RespConnection connection =
        RedisWatcher.connect(namespace, new InetSocketAddress(address, RedisWatcher.PORT))) {
      long unanswered = 0;
      for (long i = 0; i < count; i++) {
        random.nextBytes(value);
        connection.send(SET, key(i), value);
        if (++unanswered == IN_FLIGHT_MAX) {
          unanswered = drain(connection, unanswered);
        }
      }
      drain(connection, unanswered);
    }
  }

  /** How many of the values that {@link #fill} stored are not what they were. */
  public static long differences(Path namespace, String address, long bytes, long seed)
      throws IOException {
    Random random = new Random(seed);
    byte[] value = new byte[VALUE_BYTES];
    long different = 0;
    try (RespConnection connection =
        RedisWatcher.connect(namespace, new InetSocketAddress(address, RedisWatcher.PORT))) {
      for (long i = 0; i < bytes / VALUE_BYTES; i++) {
        random.nextBytes(value);
        connection.send(GET, key(i));
        connection.flush();
        different += Arrays.equals(connection.bulk(), value) ? 0 : 1;
      }
    }
    return different;
  }

  private static byte[] key(long number) {
    return ("data:" + number).getBytes(StandardCharsets.US_ASCII);
  }

  private static long drain(RespConnection connection, long unanswered) throws IOException {
    connection.flush();
    for (long i = 0; i < unanswered; i++) {
      connection.ok();
    }
    return 0;
  }
}
