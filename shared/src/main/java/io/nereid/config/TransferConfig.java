package io.nereid.config;

/**
 * Streams between hosts.
 *
 * @param port of the bulk streams (FILE_TRANSFER_PORT)
 * @param controlPort of the gRPC service
 * @param bandwidthBytesPerSecond limit of all sends; 0 is none
 * @param hashThreads threads for digests
 * @param retryMs how long a broken connection is tried again
 */
public record TransferConfig(
    int port, int controlPort, long bandwidthBytesPerSecond, int hashThreads, long retryMs) {

  private static final int HASH_THREADS_MAX = 64;
  private static final int HASH_THREADS_AUTO_MAX = 4;

  static TransferConfig from(SettingReader settings) {
    int port = settings.integer("transfer.port", 4470, 1, 65_535);
    int controlPort = settings.integer("transfer.controlPort", 4471, 1, 65_535);
    long bandwidth = settings.number("transfer.bandwidthBytesPerSecond", 0, 0, 1_000_000_000_000L);
    if (bandwidth > 0 && bandwidth < BANDWIDTH_MIN) {
      settings.broken(
          "transfer.bandwidthBytesPerSecond " + bandwidth + " is less than " + BANDWIDTH_MIN,
          "0 is no limit; the unit is bytes per second",
          "transfer.bandwidthBytesPerSecond");
    }
    int threads = settings.integer("transfer.hashThreads", 0, 0, HASH_THREADS_MAX);
    long retryMs = settings.number("transfer.retryMs", 15_000, 0, 600_000);
    int hashThreads =
        threads == 0 ? Math.clamp(settings.host().processors(), 1, HASH_THREADS_AUTO_MAX) : threads;
    return new TransferConfig(port, controlPort, bandwidth, hashThreads, retryMs);
  }

  private static final long BANDWIDTH_MIN = 64 * 1024;
}
