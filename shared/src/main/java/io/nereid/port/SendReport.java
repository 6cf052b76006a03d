package io.nereid.port;

/**
 * What a send took.
 *
 * @param bytesTotal content of all trees and layers
 * @param bytesSent bytes on the wire, protocol included
 * @param reconnects how often the connection had to be made again
 */
public record SendReport(long bytesTotal, long bytesSent, int reconnects, long tookMs) {}
