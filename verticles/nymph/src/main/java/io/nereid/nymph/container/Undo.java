package io.nereid.nymph.container;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What takes back the parts of one operation inside this process, the last first, unless the whole
 * succeeded. What must survive a crash is in the journal and the record.
 */
final class Undo implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Undo.class);
  private final Deque<Runnable> steps = new ArrayDeque<>();

  /** To be done when the operation fails later. */
  void push(Runnable step) {
    steps.push(step);
  }

  /** The operation succeeded: nothing is taken back. */
  void commit() {
    steps.clear();
  }

  @Override
  public void close() {
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (RuntimeException e) {
        // The others still have to be tried; what stays is in the journal.
        LOG.warn("taking back a part of a failed operation failed", e);
      }
    }
  }
}
