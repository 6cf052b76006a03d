package io.nereid.fault;

import java.nio.file.Path;
import java.util.Map;

/**
 * A test facility: named points that code passes. A test holds a daemon there and kills it, or
 * makes the step fail, so that each phase of a migration can be interrupted for certain and not by
 * luck.
 *
 * <p>Names are {@code coordinator.PHASE}, passed when a migration has been recorded in that phase
 * and before anything is done about it, and {@code nymph.STEP.begin} and {@code nymph.STEP.end},
 * passed before a step's first effect and after its last one; in between, taking a snapshot passes
 * {@code nymph.Take.read}, {@code frozen}, {@code dumped} and {@code thawed}. The page feed passes
 * {@code feed.many} before it looks at more than one page at once. PHASE is a {@link
 * io.nereid.domain.migration.Phase}, STEP the simple name of a step's command.
 */
@FunctionalInterface
public interface FaultPoints {
  /** Where no faults are wanted: always, except in tests. */
  FaultPoints NONE = point -> {};

  /**
   * Passes a point; may wait there. Blocks: never call it on an event loop.
   *
   * @throws io.nereid.domain.failure.FailureException when the test wants the step to fail
   */
  void pass(String point);

  /** What a program has to be given for its points to be these; empty where there are none. */
  default Map<String, String> environment() {
    return Map.of();
  }

  /** Those of the directory that NEREID_FAULT_DIR names; none when it is not set. */
  static FaultPoints from(Map<String, String> environment) {
    String directory = environment.getOrDefault(DirectoryFaultPoints.VARIABLE, "");
    return directory.isBlank() ? NONE : new DirectoryFaultPoints(Path.of(directory));
  }
}
