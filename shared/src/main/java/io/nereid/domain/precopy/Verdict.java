package io.nereid.domain.precopy;

/** What to do after a round. */
public sealed interface Verdict {
  /** The rest fits: freeze. */
  record Freeze(long restMs) implements Verdict {}

  /** One more round leaves notably less. */
  record GoOn() implements Verdict {}

  /**
   * More rounds would not bring it below the budget.
   *
   * @param why in words, with figures
   * @param exhausted no more rounds are allowed, whatever slows the container down
   */
  record NotConverging(long restMs, String why, boolean exhausted) implements Verdict {}
}
