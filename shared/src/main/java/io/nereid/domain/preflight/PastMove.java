package io.nereid.domain.preflight;

/**
 * What is known of a move that succeeded.
 *
 * @param sameContainer whether it was of the container that is to move now
 * @param bytesTotal what the target needed
 * @param bytesSent what went over the wire
 * @param aheadMs how long it took to have most of it there while the container ran; 0 when nothing
 *     was sent ahead
 * @param pauseMs freeze to restore
 */
public record PastMove(
    boolean sameContainer,
    long memoryBytes,
    long bytesTotal,
    long bytesSent,
    long aheadMs,
    long pauseMs) {}
