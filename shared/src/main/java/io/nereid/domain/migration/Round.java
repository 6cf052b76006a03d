package io.nereid.domain.migration;

/**
 * One time that memory was sent ahead.
 *
 * @param number from 1 on
 * @param memoryBytes that were read
 * @param changedBytes of them that were not what had been sent before; all of them in the first
 * @param sentBytes over the wire, with files in the first round
 * @param tookMs for reading and sending
 * @param leftBytes estimate of what had changed again when it was over; -1 when it did not matter
 * @param dirtyBytesPerSecond how fast memory was changing; -1 when it did not matter
 * @param cpuPercent of one processor that the container was allowed, 0 when it was not held back
 */
public record Round(
    int number,
    long memoryBytes,
    long changedBytes,
    long sentBytes,
    long tookMs,
    long leftBytes,
    long dirtyBytesPerSecond,
    int cpuPercent) {}
