package io.nereid.domain.migration;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.preflight.Assessment;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One migration: what is persisted before each step, what people see, what is measured.
 *
 * @param base the ownership on which it started; the grant and every way back are compared with it
 * @param phasesMs milliseconds spent in each phase that has ended
 * @param frozenAt when the source had frozen it, by the source's clock
 * @param restoredAt when the target's runtime had brought it up, by the target's clock
 * @param frozenMs freeze to restore as the coordinator measured it; without clock differences
 * @param bytesTotal bytes of everything that the target needs
 * @param bytesSent bytes that went over the wire
 * @param rounds what went ahead, and what was left
 * @param failure why it is going back or went back
 * @param waiting what keeps it from going on at the moment, or what is still to be done on a host
 *     that is away after it has ended for people; absent otherwise
 * @param later what was brought after it ran at the target; absent when all was there before
 * @param helped bytes of content that other hosts than the source have given, by host
 * @param preflight what was found and predicted before it began; absent until that is known
 */
public record Migration(
    MigrationId id,
    ContainerId container,
    ContainerName name,
    NodeId source,
    NodeId target,
    Phase phase,
    Ownership base,
    MigrationOptions options,
    boolean cancelRequested,
    Instant started,
    Optional<Instant> ended,
    Map<Phase, Long> phasesMs,
    Optional<Instant> frozenAt,
    Optional<Instant> restoredAt,
    Optional<Long> frozenMs,
    long bytesTotal,
    long bytesSent,
    Progress progress,
    Rounds rounds,
    Optional<Failure> failure,
    Optional<Failure> waiting,
    Optional<LaterPages> later,
    Optional<Assessment> preflight,
    Map<NodeId, Long> helped) {
  /** One that nobody has helped. */
  public Migration(
      MigrationId id,
      ContainerId container,
      ContainerName name,
      NodeId source,
      NodeId target,
      Phase phase,
      Ownership base,
      MigrationOptions options,
      boolean cancelRequested,
      Instant started,
      Optional<Instant> ended,
      Map<Phase, Long> phasesMs,
      Optional<Instant> frozenAt,
      Optional<Instant> restoredAt,
      Optional<Long> frozenMs,
      long bytesTotal,
      long bytesSent,
      Progress progress,
      Rounds rounds,
      Optional<Failure> failure,
      Optional<Failure> waiting,
      Optional<LaterPages> later,
      Optional<Assessment> preflight) {
    this(
        id,
        container,
        name,
        source,
        target,
        phase,
        base,
        options,
        cancelRequested,
        started,
        ended,
        phasesMs,
        frozenAt,
        restoredAt,
        frozenMs,
        bytesTotal,
        bytesSent,
        progress,
        rounds,
        failure,
        waiting,
        later,
        preflight,
        Map.of());
  }

  /**
   * Milliseconds in each phase, in the order of the phases and under their names in small letters.
   */
  public Map<String, Long> namedPhasesMs() {
    Map<String, Long> named = new LinkedHashMap<>();
    for (Phase phase : Phase.values()) {
      Long ms = phasesMs.get(phase);
      if (ms != null) {
        named.put(phase.name().toLowerCase(Locale.ROOT), ms);
      }
    }
    return named;
  }
}
