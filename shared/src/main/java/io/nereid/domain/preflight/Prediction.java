package io.nereid.domain.preflight;

/**
 * What a move is expected to cost.
 *
 * @param pauseMs freeze to restore
 * @param totalMs from the request until the container runs there and nothing is left here
 * @param bytes over the wire
 * @param memoryBytes of them are copied while it is frozen
 * @param dirtyBytesPerSecond how fast it was rewriting memory for a moment; -1 when not known
 * @param rounds of sending memory ahead; 0 when nothing goes ahead
 * @param converges whether what is left then is expected to fit the downtime
 * @param basis what that was worked out from, in words
 */
public record Prediction(
    long pauseMs,
    long totalMs,
    long bytes,
    long memoryBytes,
    long dirtyBytesPerSecond,
    int rounds,
    boolean converges,
    String basis) {}
