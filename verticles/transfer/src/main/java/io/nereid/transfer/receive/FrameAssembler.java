package io.nereid.transfer.receive;

import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.FrameHead;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * Puts a greeting and then frames together from the pieces in which a socket delivers them. Knows
 * neither sockets nor sessions. One thread. Memory: the smaller parts of one frame and one buffer
 * of the {@link FrameBuffers}.
 */
final class FrameAssembler {
  /** What is complete. */
  interface Sink {
    /** The greeting, first and once. */
    void greeting(DataHello hello) throws FrameException;

    /** A frame with content; the buffer is the sink's, to be given back. */
    void content(FrameHead head, int[] ranges, byte[] data) throws FrameException;

    /** A frame without content. */
    void withdrawn(FrameHead head, int[] ranges) throws FrameException;
  }

  private enum State {
    GREETING,
    GREETING_REST,
    HEAD,
    RANGES,
    DATA,
    CLOSED
  }

  private static final byte[] EMPTY = {};

  private final Sink sink;
  private final FrameBuffers buffers;
  private final Runnable bufferIsFree;
  private State state = State.GREETING;
  private byte[] part = new byte[DataHello.PREFIX_BYTES];
  private int filled;
  private int wanted = DataHello.PREFIX_BYTES;
  private FrameHead head;
  private int[] ranges;
  private int sequence;
  private ByteBuf input;

  /** The runnable is called, on any thread, when {@link #resume} is worth a try. */
  FrameAssembler(Sink sink, FrameBuffers buffers, Runnable bufferIsFree) {
    this.sink = sink;
    this.buffers = buffers;
    this.bufferIsFree = bufferIsFree;
  }

  /**
   * Takes the next piece; from then on it is this class's to release.
   *
   * @return false when there is no buffer: then nothing more may be fed before resume returns true
   * @throws FrameException when the bytes break the protocol; then it is closed
   */
  boolean feed(ByteBuf data) throws FrameException {
    if (state == State.CLOSED) {
      data.release();
      return true;
    }
    if (input != null) {
      data.release();
      throw new IllegalStateException("fed while waiting for a buffer");
    }
    input = data;
    return resume();
  }

  /** Goes on with what was fed; like {@link #feed}. */
  boolean resume() throws FrameException {
    while (input != null && state != State.CLOSED) {
      if (state == State.DATA && part == null) {
        part = buffers.take(bufferIsFree);
        if (part == null) {
          return false;
        }
      }
      int n = Math.min(wanted - filled, input.readableBytes());
      input.readBytes(part, filled, n);
      filled += n;
      if (!input.isReadable()) {
        releaseInput();
      }
      if (filled == wanted) {
        completeOrClose();
      }
    }
    return true;
  }

  /** Gives back what it holds; it takes nothing more. */
  void close() {
    if (state == State.DATA && part != null) {
      buffers.giveBack(part);
    }
    state = State.CLOSED;
    part = EMPTY;
    releaseInput();
  }

  private void releaseInput() {
    if (input != null) {
      input.release();
      input = null;
    }
  }

  private void completeOrClose() throws FrameException {
    try {
      complete();
    } catch (FrameException e) {
      close();
      throw e;
    }
  }

  private void complete() throws FrameException {
    switch (state) {
      case GREETING -> {
        expect(State.GREETING_REST, DataHello.restBytes(part));
        if (wanted == 0) {
          throw new FrameException("a greeting is empty");
        }
      }
      case GREETING_REST -> {
        DataHello hello = DataHello.decode(part);
        expect(State.HEAD, FrameHead.BYTES);
        sink.greeting(hello);
      }
      case HEAD -> {
        head = FrameHead.decode(ByteBuffer.wrap(part), sequence++);
        expect(State.RANGES, head.ranges() * FrameHead.RANGE_BYTES);
      }
      case RANGES -> ranges();
      case DATA -> {
        byte[] data = part;
        expect(State.HEAD, FrameHead.BYTES);
        sink.content(head, ranges, data);
      }
      case CLOSED -> throw new FrameException("content after the end");
    }
  }

  private void ranges() throws FrameException {
    ranges = new int[2 * head.ranges()];
    ByteBuffer.wrap(part).asIntBuffer().get(ranges);
    if (head.dataBytes() > 0) {
      expect(State.DATA, head.dataBytes());
    } else {
      expect(State.HEAD, FrameHead.BYTES);
      sink.withdrawn(head, ranges);
    }
  }

  private void expect(State next, int bytes) {
    if (state == State.CLOSED) {
      return;
    }
    state = next;
    filled = 0;
    wanted = bytes;
    part = next == State.DATA ? null : new byte[bytes];
  }
}
