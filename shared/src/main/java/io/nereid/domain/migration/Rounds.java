package io.nereid.domain.migration;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What went ahead of a move, for its report.
 *
 * @param converged whether what was left fitted the downtime
 * @param why the rounds ended, in words
 * @param frozenBytes over the wire while it was frozen; -1 until that is known
 * @param later whether what is left is brought after it runs at the target
 */
public record Rounds(
    List<Round> rounds, boolean converged, String why, long frozenBytes, boolean later) {
  /** Nothing went ahead. */
  public static final Rounds NONE = new Rounds(List.of(), false, "", -1);

  /** More are not kept. */
  public static final int ROUNDS_MAX = 128;

  /** All is there before it runs. */
  public Rounds(List<Round> rounds, boolean converged, String why, long frozenBytes) {
    this(rounds, converged, why, frozenBytes, false);
  }

  public Rounds {
    rounds = List.copyOf(rounds.subList(0, Math.min(ROUNDS_MAX, rounds.size())));
  }

  /** The last known rate at which memory changed. */
  public OptionalLong dirtyBytesPerSecond() {
    return rounds.reversed().stream()
        .mapToLong(Round::dirtyBytesPerSecond)
        .filter(r -> r >= 0)
        .findFirst();
  }

  /** These and those of a later step. */
  public Rounds then(Rounds more) {
    if (more.rounds.isEmpty()) {
      return this;
    }
    List<Round> all = new ArrayList<>(rounds);
    all.addAll(more.rounds);
    return new Rounds(all, more.converged, more.why, more.frozenBytes, more.later);
  }

  /** The same with what the freeze brought. */
  public Rounds withFrozenBytes(long bytes) {
    return new Rounds(rounds, converged, why, bytes, later);
  }

  /** The same, the rest later or, with the reason, not. */
  public Rounds later(boolean now, String reason) {
    String words = why.isEmpty() || reason.isEmpty() ? why + reason : why + "; " + reason;
    return new Rounds(rounds, converged, words, frozenBytes, now);
  }
}
