package io.nereid.coordinator.migration;

/**
 * What a migration is doing at the moment. Written down before it is tried, so that another
 * coordinator knows what to ask again.
 */
public enum Step {
  DESCRIBE(Kind.SOURCE),
  CHECK(Kind.TARGET),
  PREPARE(Kind.TARGET),
  SEND_AHEAD(Kind.SOURCE),
  /** It has waited for its turn: what has changed meanwhile, before it is frozen. */
  CATCH_UP(Kind.SOURCE),
  FREEZE(Kind.SOURCE),
  DUMP(Kind.SOURCE),
  SEND_DELTA(Kind.SOURCE),
  /** Compare-and-set: the target may run it. */
  GRANT(Kind.WRITE),
  RESTORE(Kind.TARGET),
  QUERY(Kind.TARGET),
  /** Compare-and-set: the target has confirmed. */
  COMMIT(Kind.WRITE),
  /** It runs; pages still come from the source. */
  AWAIT_PAGES(Kind.TARGET),
  RELEASE(Kind.SOURCE),
  ABORT_SEND(Kind.SOURCE),
  /** Compare-and-set: the source may run it again, under a higher epoch. */
  RETURN(Kind.WRITE),
  THAW(Kind.SOURCE),
  DISCARD(Kind.TARGET),
  /** Reads the ledger, because the outcome of a write is not known or it was refused. */
  REREAD(Kind.READ),
  NOTHING(Kind.NONE);

  /** Who has to do it. */
  public enum Kind {
    SOURCE,
    TARGET,
    WRITE,
    READ,
    NONE
  }

  private final Kind kind;

  Step(Kind kind) {
    this.kind = kind;
  }

  /** Who has to do it. */
  public Kind kind() {
    return kind;
  }

  /** True when a nymph does it. */
  public boolean isAsked() {
    return kind == Kind.SOURCE || kind == Kind.TARGET;
  }
}
