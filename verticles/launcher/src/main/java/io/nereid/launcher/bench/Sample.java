package io.nereid.launcher.bench;

import java.util.Map;

/**
 * One move as the client and the bench saw it.
 *
 * @param pauseMs the longest time without an answer
 * @param beforeMs the longest one before that, since the move was asked for
 * @param afterMs the longest one in the stretch after the pause
 * @param frozenMs from the first step that stops the container to the one after which it runs
 * @param phasesMs the mover's own phases by name; empty where nobody knows
 * @param totalMs from the request until all of it is at the other host
 * @param bytesSent what left the source's uplink meanwhile
 * @param lost answers, increments and acknowledged values that are gone
 * @param duplicated increments that happened twice
 * @param reconnects how often a client had to connect again
 */
public record Sample(
    long pauseMs,
    long beforeMs,
    long afterMs,
    long frozenMs,
    Map<String, Long> phasesMs,
    long totalMs,
    long bytesSent,
    long lost,
    long duplicated,
    long reconnects) {
  Sample withMoreLost(long more) {
    return new Sample(
        pauseMs,
        beforeMs,
        afterMs,
        frozenMs,
        phasesMs,
        totalMs,
        bytesSent,
        lost + more,
        duplicated,
        reconnects);
  }
}
