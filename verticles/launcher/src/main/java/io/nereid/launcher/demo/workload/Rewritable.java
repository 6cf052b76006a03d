package io.nereid.launcher.demo.workload;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Values that fill redis to an amount of memory and can be rewritten: no two pages of them are the
 * same, nothing can compress them, and each value can be told from its number and its version. For
 * one thread at a time.
 */
public final class Rewritable {
  private static final int ALLOCATED_BYTES = 8 * 1024;

  /** With redis's own header and the end mark, two whole pages of its allocator. */
  static final int VALUE_BYTES = ALLOCATED_BYTES - 6;

  private static final int IN_FLIGHT_MAX = 128;
  private static final int CHECKED_MAX = 4_096;
  private static final byte[] SET = ascii("SET");
  private static final byte[] SETRANGE = ascii("SETRANGE");
  private static final byte[] GET = ascii("GET");
  private static final byte[] FROM_START = ascii("0");

  // The last steps of MurmurHash3, so that generators of neighbours do not walk the same way.
  private static final long MIX_A = 0xFF51_AFD7_ED55_8CCDL;
  private static final long MIX_B = 0xC4CE_B9FE_1A85_EC53L;
  private final Path namespace;
  private final InetSocketAddress server;
  private final Duration patience;
  private final long seed;
  private final int[] versions;

  /**
   * Nothing is stored yet.
   *
   * @param memoryBytes that the values take in redis
   * @param seed other seeds give other pages
   */
  public Rewritable(
      Path namespace, String address, Duration patience, long memoryBytes, long seed) {
    this.namespace = namespace;
    this.server = new InetSocketAddress(address, RedisWatcher.PORT);
    this.patience = patience;
    this.seed = seed;
    this.versions = new int[Math.toIntExact(Math.max(1, memoryBytes / ALLOCATED_BYTES))];
  }

  int count() {
    return versions.length;
  }

  RespConnection connect() throws IOException {
    return RedisWatcher.connect(namespace, server, patience);
  }

  /** Stores all values. */
  public void fill() throws IOException {
    try (RespConnection connection = connect()) {
      int unanswered = 0;
      for (int key = 0; key < versions.length; key++) {
        connection.send(SET, name(key), value(key, 0));
        if (++unanswered == IN_FLIGHT_MAX || key == versions.length - 1) {
          connection.flush();
          for (; unanswered > 0; unanswered--) {
            connection.ok();
          }
        }
      }
    }
  }

  /** Asks for new content in the place of the old one; {@link #rewritten} takes the answer. */
  void rewrite(RespConnection connection, int key) throws IOException {
    connection.send(SETRANGE, name(key), FROM_START, value(key, versions[key] + 1));
  }

  /** Takes the answer, after which the new content must never be lost. */
  void rewritten(RespConnection connection, int key) throws IOException {
    long length = connection.number();
    if (length != VALUE_BYTES) {
      throw new IOException("value " + key + " has " + length + " bytes after a rewrite");
    }
    versions[key]++;
  }

  /**
   * Rewrites values at random places and waits until all that is acknowledged.
   *
   * @param percent of all values
   */
  public void rewriteShare(int percent) throws IOException {
    int[] keys =
        new SplittableRandom()
            .ints(0, versions.length)
            .distinct()
            .limit((long) versions.length * percent / 100)
            .toArray();
    try (RespConnection connection = connect()) {
      for (int first = 0; first < keys.length; first += IN_FLIGHT_MAX) {
        int end = Math.min(keys.length, first + IN_FLIGHT_MAX);
        for (int i = first; i < end; i++) {
          rewrite(connection, keys[i]);
        }
        connection.flush();
        for (int i = first; i < end; i++) {
          rewritten(connection, keys[i]);
        }
      }
    }
  }

  /** How many values are not what was acknowledged last; of many values a part is looked at. */
  public long differences() throws IOException {
    int step = Math.max(1, versions.length / CHECKED_MAX);
    long different = 0;
    try (RespConnection connection = connect()) {
      for (int key = 0; key < versions.length; key += step) {
        connection.send(GET, name(key));
        connection.flush();
        different += Arrays.equals(connection.bulk(), value(key, versions[key])) ? 0 : 1;
      }
    }
    return different;
  }

  byte[] value(int key, int version) {
    byte[] value = new byte[VALUE_BYTES];
    new SplittableRandom(mixed(mixed(mixed(seed) + key) + version)).nextBytes(value);
    // Whatever the generator does, two values never begin alike.
    ByteBuffer.wrap(value).putInt(key).putInt(version).putLong(seed);
    return value;
  }

  private static long mixed(long bits) {
    long a = (bits ^ (bits >>> 33)) * MIX_A;
    long b = (a ^ (a >>> 33)) * MIX_B;
    return b ^ (b >>> 33);
  }

  private static byte[] name(int key) {
    return ascii("data:" + key);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
