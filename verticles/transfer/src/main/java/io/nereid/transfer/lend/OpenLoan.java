package io.nereid.transfer.lend;

import io.nereid.transfer.source.ContentTree;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One loan; its trees are closed when it has ended and nobody reads them any more. */
final class OpenLoan {
  private static final Logger log = LoggerFactory.getLogger(OpenLoan.class);
  private final List<ContentTree> trees;
  private final List<AutoCloseable> held;
  private int users;
  private boolean ended;
  private long usedNanos = System.nanoTime();

  OpenLoan(List<ContentTree> trees, List<AutoCloseable> held) {
    this.trees = List.copyOf(trees);
    this.held = List.copyOf(held);
  }

  List<ContentTree> trees() {
    return trees;
  }

  /** One more reads; false when it has ended. Each success needs a {@link #letGo}. */
  synchronized boolean use() {
    if (ended) {
      return false;
    }
    users++;
    return true;
  }

  void letGo() {
    boolean last;
    synchronized (this) {
      users--;
      usedNanos = System.nanoTime();
      // Who has it has had what it needs; for more it asks again.
      ended |= users == 0;
      last = users == 0;
    }
    if (last) {
      closeAll(held);
    }
  }

  synchronized boolean idleFor(long ms) {
    return users == 0 && TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - usedNanos) > ms;
  }

  synchronized boolean ended() {
    return ended;
  }

  /** Nobody new may read. */
  void end() {
    boolean last;
    synchronized (this) {
      last = !ended && users == 0;
      ended = true;
    }
    if (last) {
      closeAll(held);
    }
  }

  static void closeAll(List<AutoCloseable> held) {
    for (AutoCloseable one : held) {
      try {
        one.close();
      } catch (Exception e) {
        log.warn("what was lent could not be closed: {}", e.toString());
      }
    }
  }
}
