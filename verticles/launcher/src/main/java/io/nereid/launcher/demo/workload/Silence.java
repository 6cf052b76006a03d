package io.nereid.launcher.demo.workload;

/**
 * A stretch without an answer that a client saw.
 *
 * @param endNanos when the next answer came, by the client's monotonic clock
 * @param nanos how long it was
 */
public record Silence(long endNanos, long nanos) {}
