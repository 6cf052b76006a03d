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
    int port, int controlPort, long bandwidthBytesPerSecond, int hashThreads, long retryMs) {}
