package io.nereid.domain.migration;

/** Where a migration is. The order is the order of a successful one, then the ways back. */
public enum Phase {
  /** Source describes, target checks; nothing is changed. */
  PREFLIGHT,
  /** Target reserves name, address and space and opens a receiving session. */
  PREPARE,
  /** Bundle, layers and a snapshot of the running container are sent ahead. */
  AHEAD,
  /** Source freezes the container and takes it off the network. */
  FREEZE,
  /** Source dumps the frozen container. */
  DUMP,
  /** What the target does not have yet is sent; all of it is verified there. */
  DELTA,
  /** Compare-and-set: the target may run it, the source may not. */
  GRANT,
  /** Target restores. */
  RESTORE,
  /** Compare-and-set: the target has confirmed. */
  COMMIT,
  /** It runs at the target, and the source's frozen copy still has pages of it. */
  OUTSTANDING,
  /** Source deletes its frozen copy. */
  RELEASE,
  /** Nothing was granted: source is granted again and thaws, target is cleaned. */
  ROLLBACK,
  /** Restore definitely failed: the grant goes back to the source, which thaws. */
  RECLAIM,
  /** Target gives no answer after the grant: nothing is undone until it is known. */
  UNDECIDED,
  SUCCEEDED,
  ROLLED_BACK,
  /** Neither way can be completed without a person; says why and what is safe. */
  NEEDS_OPERATOR;

  /** True when nothing more will happen. */
  public boolean isFinal() {
    return this == SUCCEEDED || this == ROLLED_BACK || this == NEEDS_OPERATOR;
  }

  /** True while a cancel is still possible: nothing has been granted. */
  public boolean isCancellable() {
    return ordinal() < GRANT.ordinal();
  }
}
