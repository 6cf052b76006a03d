package io.nereid.domain.preflight;

import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Mode;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Predicts what a move costs from what moves have cost. Pure. Memory is taken as rewritten evenly,
 * at the rate of a moment.
 */
public final class Predictor {
  /** Freeze, metadata, grant and restore of a container without memory to speak of. */
  static final long PAUSE_BASE_MS = 350;

  /**
   * Dump without pages, asking the kernel what has changed, and a restore before pages are in
   * place, in ms per GiB. Where contents have to be compared it is several times that, which the
   * moves so far then tell.
   */
  static final long PAUSE_MS_PER_GIB = 120;

  /** Finding out what has changed, in ms per GiB. */
  static final long COMPARE_MS_PER_GIB = 300;

  /** Describing, reserving, a network, releasing. */
  static final long AROUND_MS = 900;

  /** Below that the time of a transfer says nothing about the link. */
  static final long BYTES_MIN = 4L << 20;

  private static final int MOVES_MAX = 10;
  private static final double ALIKE = 0.5;
  private static final double FACTOR_MIN = 0.1;
  private static final double FACTOR_MAX = 10;

  private Predictor() {}

  /**
   * Predicts.
   *
   * @param filesBytes of layers and writable layer
   * @param dirtyBytesPerSecond how fast memory changes; -1 when that is not known, and taken as 0
   */
  public static Prediction predict(
      long memoryBytes,
      long filesBytes,
      long dirtyBytesPerSecond,
      MigrationOptions options,
      Rates rates) {
    long memory = Math.max(0, memoryBytes);
    long whole = memory + Math.max(0, filesBytes);
    long bytes = Math.round(whole * rates.sentShare());
    long limit = options.bandwidthBytesPerSecond();
    long settleMs = Math.round(whole * 1000.0 / rates.bytesPerSecond());
    long sendMs = limit > 0 ? Math.round(bytes * 1000.0 / limit) : 0;
    long firstMs = Math.max(settleMs, sendMs);
    long fixedMs = fixedPauseMs(memory, rates);
    if (!options.ahead()) {
      // All of the memory is dumped and sent while it is frozen.
      long frozenMs = fixedMs + Math.round(memory * 1000.0 / rates.bytesPerSecond());
      return new Prediction(
          frozenMs,
          AROUND_MS + firstMs + fixedMs,
          bytes,
          memory,
          dirtyBytesPerSecond,
          0,
          true,
          basis(rates));
    }
    if (options.mode() == Mode.POST_COPY) {
      // What changes during the one round is found and brought when it runs there.
      long pauseMs = fixedPauseMs(0, rates);
      long left = Math.min(memory, Math.max(0, dirtyBytesPerSecond) * firstMs / 1_000);
      long laterMs =
          left * 1_000 / rates.bytesPerSecond() + Math.round(COMPARE_MS_PER_GIB * gib(memory));
      return new Prediction(
          pauseMs,
          AROUND_MS + firstMs + pauseMs + laterMs,
          bytes + left,
          memory,
          dirtyBytesPerSecond,
          1,
          true,
          basis(rates));
    }
    RoundsAhead ahead =
        RoundsAhead.expected(
            memory, Math.max(0, dirtyBytesPerSecond), firstMs, fixedMs, options, rates);
    return new Prediction(
        fixedMs + ahead.restMs(),
        AROUND_MS + firstMs + ahead.moreMs() + fixedMs + ahead.restMs(),
        bytes + ahead.moreBytes(),
        memory,
        dirtyBytesPerSecond,
        ahead.rounds(),
        ahead.converges(),
        basis(rates));
  }

  /** What a pause takes however little of the memory has changed. */
  public static long fixedPauseMs(long memoryBytes, Rates rates) {
    return Math.round(usualPauseMs(memoryBytes) * rates.pauseFactor());
  }

  /** What the moves so far tell; the newest first. */
  public static Rates learn(List<PastMove> moves) {
    List<PastMove> recent = moves.stream().limit(MOVES_MAX).toList();
    if (recent.isEmpty()) {
      return Rates.USUAL;
    }
    double share =
        recent.stream()
            .filter(m -> m.sameContainer() && m.bytesTotal() > 0)
            .findFirst()
            .map(Predictor::share)
            .orElse(1.0);
    // Where most is there already, hashing sets the pace; where nothing is, the link does.
    List<PastMove> alike =
        recent.stream()
            .filter(m -> m.bytesTotal() >= BYTES_MIN && m.aheadMs() > 0)
            .filter(m -> Math.abs(share(m) - share) < ALIKE)
            .toList();
    double bytesPerSecond =
        alike.isEmpty()
            ? Rates.USUAL.bytesPerSecond()
            : median(alike, m -> m.bytesTotal() * 1000.0 / m.aheadMs());
    double factor = median(recent, m -> m.pauseMs() / (double) usualPauseMs(m.memoryBytes()));
    return new Rates(
        Math.max(1, Math.round(bytesPerSecond)),
        Math.clamp(factor, FACTOR_MIN, FACTOR_MAX),
        share,
        recent.size());
  }

  private static double share(PastMove move) {
    return Math.clamp(move.bytesSent() / (double) move.bytesTotal(), 0, 1);
  }

  private static long usualPauseMs(long memoryBytes) {
    return PAUSE_BASE_MS + Math.round(PAUSE_MS_PER_GIB * gib(memoryBytes));
  }

  private static double gib(long bytes) {
    return Math.max(0, bytes) / (double) (1L << 30);
  }

  private static double median(List<PastMove> moves, ToDoubleFunction<PastMove> value) {
    double[] sorted = moves.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String basis(Rates rates) {
    return rates.moves() == 0
        ? "usual figures; nothing has moved yet"
        : "measured in the last " + (rates.moves() == 1 ? "move" : rates.moves() + " moves");
  }
}
