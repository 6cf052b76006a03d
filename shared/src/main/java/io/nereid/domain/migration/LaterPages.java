package io.nereid.domain.migration;

/**
 * Memory that was brought after the container ran at the target, for a move's report.
 *
 * @param bytes that were outstanding when it was frozen
 * @param arrivedBytes of them that came over the wire; the others were there, unchanged
 * @param waitedBytes of them that the container waited for
 * @param tookMs from its restore until all were in place
 */
public record LaterPages(long bytes, long arrivedBytes, long waitedBytes, long tookMs) {
  /** Nothing has come yet. */
  public static LaterPages of(long bytes) {
    return new LaterPages(bytes, 0, 0, -1);
  }
}
