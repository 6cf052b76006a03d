package io.nereid.config;

import java.util.Optional;

/**
 * Streams between hosts.
 *
 * @param port of the bulk streams (FILE_TRANSFER_PORT)
 * @param controlPort of the gRPC service
 * @param bandwidthBytesPerSecond limit of all that is sent before a freeze; 0 is none
 * @param finalBandwidthBytesPerSecond limit of all that is sent while containers are frozen; 0 is
 *     none
 * @param hashThreads threads for digests
 * @param nice by how much threads step back that nobody frozen waits for
 * @param retryMs how long a broken connection is tried again
 * @param ssh present when everything goes through the SSH servers of the other hosts
 */
public record TransferConfig(
    int port,
    int controlPort,
    long bandwidthBytesPerSecond,
    long finalBandwidthBytesPerSecond,
    int hashThreads,
    int nice,
    long retryMs,
    Optional<SshConfig> ssh) {

  private static final long BANDWIDTH_MIN = 64 * 1024;
  private static final int NICE_MAX = 19;
  private static final int HASH_THREADS_MAX = 64;
  private static final int HASH_THREADS_AUTO_MAX = 4;

  /** Without limits, and with threads like any other. */
  public TransferConfig(int port, int controlPort, int hashThreads, long retryMs) {
    this(port, controlPort, 0, 0, hashThreads, 0, retryMs, Optional.empty());
  }

  static TransferConfig from(SettingReader settings) {
    int port = settings.integer("transfer.port", 4470, 1, 65_535);
    int controlPort = settings.integer("transfer.controlPort", 4471, 1, 65_535);
    long bandwidth = bandwidth(settings, "transfer.bandwidthBytesPerSecond");
    long frozen = bandwidth(settings, "transfer.finalBandwidthBytesPerSecond");
    int nice = settings.integer("transfer.nice", 10, 0, NICE_MAX);
    int threads = settings.integer("transfer.hashThreads", 0, 0, HASH_THREADS_MAX);
    long retryMs = settings.number("transfer.retryMs", 15_000, 0, 600_000);
    int hashThreads =
        threads == 0 ? Math.clamp(settings.host().processors(), 1, HASH_THREADS_AUTO_MAX) : threads;
    return new TransferConfig(
        port, controlPort, bandwidth, frozen, hashThreads, nice, retryMs, SshConfig.from(settings));
  }

  private static long bandwidth(SettingReader settings, String key) {
    long bandwidth = settings.number(key, 0, 0, 1_000_000_000_000L);
    if (bandwidth > 0 && bandwidth < BANDWIDTH_MIN) {
      settings.broken(
          key + " " + bandwidth + " is less than " + BANDWIDTH_MIN,
          "0 is no limit; the unit is bytes per second",
          key);
    }
    return bandwidth;
  }
}
