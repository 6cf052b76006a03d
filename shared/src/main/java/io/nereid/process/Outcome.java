package io.nereid.process;

import java.time.Duration;
import java.util.List;

/** How a program ended, as data. Output is cut to its last part. */
public sealed interface Outcome {
  /** It ended. */
  record Exited(List<String> argv, int code, String stdout, String stderr, Duration took)
      implements Outcome {}

  /** It did not end in time. */
  record TimedOut(List<String> argv, Duration limit, boolean killed, String stdout, String stderr)
      implements Outcome {}

  /** It could not be started. */
  record NotStarted(List<String> argv, String reason) implements Outcome {}

  /** True when it ended with 0. */
  default boolean ok() {
    return this instanceof Exited e && e.code() == 0;
  }
}
