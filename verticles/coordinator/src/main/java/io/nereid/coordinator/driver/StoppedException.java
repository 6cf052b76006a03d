package io.nereid.coordinator.driver;

/** This coordinator must not go on with a migration: another one leads. Changes nothing. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final boolean staleTerm;

  StoppedException(String why, boolean staleTerm) {
    super(why);
    this.staleTerm = staleTerm;
  }

  /** True when a nymph or the store said that another term has begun. */
  boolean staleTerm() {
    return staleTerm;
  }
}
