package io.nereid.launcher.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Median and extremes of some figures; with an even number of them the mean of the middle two. */
public record Spread(long median, long min, long max) {
  /** Of figures; absent when there are none. */
  public static Optional<Spread> of(long... figures) {
    if (figures.length == 0) {
      return Optional.empty();
    }
    long[] sorted = figures.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    long median =
        sorted.length % 2 == 1
            ? sorted[middle]
            : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
    return Optional.of(new Spread(median, sorted[0], sorted[sorted.length - 1]));
  }

  static Optional<Spread> of(List<Sample> samples, ToLongFunction<Sample> figure) {
    return of(samples.stream().mapToLong(figure).toArray());
  }
}
