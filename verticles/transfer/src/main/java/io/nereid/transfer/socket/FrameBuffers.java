package io.nereid.transfer.socket;

import io.nereid.transfer.wire.Protocol;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The buffers for content of all data connections: a fixed number, so memory is bounded whatever
 * arrives. Who finds none is called when one comes back.
 */
public final class FrameBuffers {
  private final Deque<byte[]> free = new ArrayDeque<>();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int unmade;

  public FrameBuffers(int count) {
    this.unmade = count;
  }

  /** A buffer of a frame's size, or null: then the callback runs when it is worth another try. */
  public synchronized byte[] take(Runnable whenFree) {
    byte[] buffer = free.poll();
    if (buffer == null && unmade > 0) {
      unmade--;
      buffer = new byte[Protocol.FRAME_BYTES_MAX];
    }
    if (buffer == null) {
      waiting.add(whenFree);
    }
    return buffer;
  }

  /** Gives one back; wakes all who wait. */
  public void giveBack(byte[] buffer) {
    List<Runnable> woken;
    synchronized (this) {
      free.push(buffer);
      // All of them: one that has been closed meanwhile would swallow the only call.
      woken = List.copyOf(waiting);
      waiting.clear();
    }
    woken.forEach(Runnable::run);
  }
}
