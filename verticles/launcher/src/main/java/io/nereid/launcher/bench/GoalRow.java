package io.nereid.launcher.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Something that was measured, and whether it is as it should be. Its JSON form is an interface.
 *
 * @param what was measured
 * @param value in the unit
 * @param goal what it should be, at most or at least
 */
public record GoalRow(
    @JsonProperty("case") String what, double value, String unit, double goal, boolean holds) {
  /** A value that should not be below its goal. */
  static GoalRow atLeast(String what, double value, String unit, double goal) {
    return new GoalRow(what, value, unit, goal, value >= goal);
  }

  /** A value that should not be above its goal. */
  static GoalRow atMost(String what, double value, String unit, double goal) {
    return new GoalRow(what, value, unit, goal, value <= goal);
  }
}
