package io.nereid.coordinator.schedule;

import io.nereid.domain.snapshot.ChainPlace;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known about the periodic snapshots of one container, and what follows from each event.
 * Pure: no clock, no I/O.
 *
 * @param policy how it is protected; one that is periodic
 * @param past the last of them, the newest first
 * @param last when the last one was begun
 * @param running whether one is being taken
 * @param failures in a row
 * @param after when it is tried again after a failure
 * @param hindrance why none can be taken now
 * @param trouble why there was none the last time
 */
record Watch(
    SnapshotPolicy policy,
    List<Snapshot> past,
    Instant last,
    boolean running,
    int failures,
    Optional<Instant> after,
    Optional<String> hindrance,
    Optional<String> trouble) {
  private static final int PAST_MAX = 4;
  private static final long BACK_OFF_MS_MIN = 2_000;
  private static final long BACK_OFF_MS_MAX = 300_000;
  private static final int DOUBLINGS_MAX = 20;

  Watch {
    past = List.copyOf(past);
  }

  /** What happens. */
  sealed interface Event {
    /**
     * Somebody looks.
     *
     * @param hindrance why none can be taken now
     */
    record Looked(Instant now, SnapshotPolicy policy, Optional<String> hindrance)
        implements Event {}

    /** One has been taken. */
    record Taken(Snapshot snapshot) implements Event {}

    /** None came of it. */
    record Failed(Instant now, String why) implements Event {}

    /** Something else went first: nothing is wrong, and nothing was done. */
    record Passed(Instant now, String why) implements Event {}
  }

  /**
   * What follows.
   *
   * @param take the place in the chain of the one that is to be taken now
   */
  record Step(Watch watch, Optional<ChainPlace> take) {}

  /**
   * The first look at a container.
   *
   * @param past periodic ones that are there, the newest first
   */
  static Watch first(SnapshotPolicy policy, List<Snapshot> past, Instant now) {
    // By the clock of another host, which may be ahead.
    Instant last =
        past.stream().map(Snapshot::taken).filter(t -> t.isBefore(now)).findFirst().orElse(now);
    return new Watch(
        policy,
        past.stream().limit(PAST_MAX).toList(),
        last,
        false,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** When the next one is due. */
  Instant due(Budget budget) {
    Instant regular = last.plusMillis(pace(budget).intervalMs());
    return after.filter(a -> a.isAfter(regular)).orElse(regular);
  }

  Pace pace(Budget budget) {
    return Pace.of(policy, Cost.of(past), budget);
  }

  /** Takes in what has happened. */
  Step on(Event event, Budget budget) {
    return switch (event) {
      case Event.Looked looked -> looked(looked, budget);
      case Event.Taken taken -> quiet(taken(taken.snapshot()));
      case Event.Failed failed ->
          quiet(ended(failures + 1, failed.now().plus(backOff()), failed.why()));
      case Event.Passed passed ->
          quiet(ended(failures, passed.now().plusMillis(BACK_OFF_MS_MIN), passed.why()));
    };
  }

  private Step looked(Event.Looked looked, Budget budget) {
    // Somebody who changes it may have removed the reason of a failure.
    boolean anew = !looked.policy().equals(policy);
    Watch now =
        new Watch(
            looked.policy(),
            past,
            last,
            running,
            anew ? 0 : failures,
            anew ? Optional.empty() : after,
            looked.hindrance(),
            anew ? Optional.empty() : trouble);
    if (running || looked.hindrance().isPresent() || now.due(budget).isAfter(looked.now())) {
      return quiet(now);
    }
    return new Step(now.begun(looked.now()), Optional.of(now.nextPlace()));
  }

  private Watch begun(Instant at) {
    return new Watch(policy, past, at, true, failures, Optional.empty(), hindrance, trouble);
  }

  private Watch taken(Snapshot snapshot) {
    List<Snapshot> all = Stream.concat(Stream.of(snapshot), past.stream()).limit(PAST_MAX).toList();
    return new Watch(
        policy, all, last, false, 0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private Watch ended(int inARow, Instant again, String why) {
    return new Watch(
        policy, past, last, false, inARow, Optional.of(again), hindrance, Optional.of(why));
  }

  private Duration backOff() {
    long interval = policy.intervalMs().or(policy::rpoMs).orElse(BACK_OFF_MS_MIN);
    long base = Math.clamp(interval, BACK_OFF_MS_MIN, BACK_OFF_MS_MAX);
    long grown = base << Math.min(failures, DOUBLINGS_MAX);
    return Duration.ofMillis(Math.clamp(grown, BACK_OFF_MS_MIN, BACK_OFF_MS_MAX));
  }

  /** Chains go on across leaders, and begin anew when their length is changed. */
  private ChainPlace nextPlace() {
    int length = policy.chainLength();
    return past.stream()
        .findFirst()
        .flatMap(Snapshot::chain)
        .filter(place -> place.length() == length && !place.last())
        .map(place -> new ChainPlace(place.number() + 1, length))
        .orElseGet(() -> new ChainPlace(1, length));
  }

  private static Step quiet(Watch watch) {
    return new Step(watch, Optional.empty());
  }
}
