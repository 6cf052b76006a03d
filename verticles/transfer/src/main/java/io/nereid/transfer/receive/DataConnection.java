package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.DataVerdict;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.FrameHead;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data connection: puts frames together on its event loop and hands them to the pool, which
 * verifies and writes. Stops reading while there is no buffer. What breaks the protocol closes this
 * connection and nothing else.
 */
final class DataConnection {
  private static final Logger log = LoggerFactory.getLogger(DataConnection.class);

  private static final byte[] NOTHING = {};

  private enum State {
    GREETING,
    GREETING_REST,
    HEAD,
    RANGES,
    DATA,
    CLOSED
  }

  private final Vertx vertx;
  private final NetSocket socket;
  private final Sessions sessions;
  private final ExecutorService pool;
  private final FrameBuffers buffers;
  private final Runnable greeted;
  private final SessionListener onFailure = this::refuse;

  private Context context;
  private Runnable cancelTimer;
  private State state = State.GREETING;
  private byte[] part = new byte[DataHello.PREFIX_BYTES];
  private int filled;
  private int wanted = DataHello.PREFIX_BYTES;
  private boolean stranger = true;
  private Session session;
  private Intake intake;
  private FrameHead head;
  private int[] ranges;
  private int sequence;
  private Buffer rest;
  private int restAt;

  DataConnection(
      Vertx vertx,
      NetSocket socket,
      Sessions sessions,
      ExecutorService pool,
      FrameBuffers buffers,
      Runnable greeted) {
    this.vertx = vertx;
    this.socket = socket;
    this.sessions = sessions;
    this.pool = pool;
    this.buffers = buffers;
    this.greeted = greeted;
  }

  void start(Runnable timerCancel) {
    context = vertx.getOrCreateContext();
    cancelTimer = timerCancel;
    socket.exceptionHandler(e -> close());
    socket.closeHandler(v -> close());
    socket.handler(data -> {
      rest = data;
      restAt = 0;
      consume();
    });
  }

  void greetingOverdue() {
    if (stranger) {
      refuse(protocol("no greeting within " + Protocol.GREETING_MS + " ms"));
    }
  }

  private void consume() {
    try {
      while (rest != null && state != State.CLOSED) {
        if (state == State.DATA && part == null && !takeBuffer()) {
          return;
        }
        int n = Math.min(wanted - filled, rest.length() - restAt);
        rest.getBytes(restAt, restAt + n, part, filled);
        filled += n;
        restAt += n;
        if (filled == wanted) {
          complete();
        }
        if (rest != null && restAt == rest.length()) {
          rest = null;
        }
      }
    } catch (IOException e) {
      refuse(protocol(e.getMessage()));
    }
  }

  private boolean takeBuffer() {
    part = buffers.take(() -> context.runOnContext(v -> retry()));
    if (part == null) {
      socket.pause();
      return false;
    }
    return true;
  }

  private void retry() {
    if (state != State.CLOSED) {
      consume();
      if (rest == null) {
        socket.resume();
      }
    }
  }

  private void expect(State next, int bytes) {
    state = next;
    filled = 0;
    wanted = bytes;
    if (next != State.DATA) {
      part = part != null && part.length == bytes ? part : new byte[bytes];
    } else {
      part = null;
    }
  }

  private void complete() throws IOException {
    switch (state) {
      case GREETING -> expect(State.GREETING_REST, DataHello.restBytes(part));
      case GREETING_REST -> greet(DataHello.decode(part));
      case HEAD -> {
        head = FrameHead.decode(ByteBuffer.wrap(part), sequence++);
        expect(State.RANGES, head.ranges() * FrameHead.RANGE_BYTES);
      }
      case RANGES -> {
        ranges = new int[2 * head.ranges()];
        ByteBuffer.wrap(part).asIntBuffer().get(ranges);
        if (head.dataBytes() == 0) {
          withdraw();
        } else {
          expect(State.DATA, head.dataBytes());
        }
      }
      case DATA -> hand(part);
      case CLOSED -> throw new FrameException("content after the end");
    }
  }

  private void greet(DataHello hello) throws IOException {
    Optional<Session> found = sessions.find(hello.migration().value(), hello.token());
    if (found.isEmpty()) {
      refuse(ControlService.UNKNOWN_SESSION);
      return;
    }
    Intake current = found.get().current();
    if (current == null || current.label() != hello.label() || current.offer() != hello.offer()) {
      throw new FrameException("nothing was offered for this data connection");
    }
    session = found.get();
    intake = current;
    known();
    session.listen(onFailure);
    socket.write(Buffer.buffer(DataVerdict.ACCEPTED));
    expect(State.HEAD, FrameHead.BYTES);
  }

  /** Few and cheap: not worth a thread. */
  private void withdraw() throws IOException {
    session.touch();
    try {
      intake.content(head, ranges, NOTHING);
    } catch (RuntimeException e) {
      session.guard(e).ifPresent(this::refuse);
    }
    expect(State.HEAD, FrameHead.BYTES);
  }

  private void hand(byte[] data) {
    FrameHead frame = head;
    int[] pairs = ranges;
    expect(State.HEAD, FrameHead.BYTES);
    session.touch();
    try {
      pool.execute(() -> settle(frame, pairs, data));
    } catch (RejectedExecutionException e) {
      buffers.giveBack(data);
      close();
    }
  }

  private void settle(FrameHead frame, int[] pairs, byte[] data) {
    try {
      intake.content(frame, pairs, data);
    } catch (IOException | RuntimeException e) {
      session.guard(e).ifPresent(this::refuse);
    } finally {
      buffers.giveBack(data);
    }
  }

  /** Tells the sender why and hangs up. */
  private void refuse(Failure failure) {
    context.runOnContext(v -> {
      if (state != State.CLOSED) {
        log.info("data connection from {}: {}", socket.remoteAddress(), failure.message());
        Buffer verdict = Buffer.buffer(DataVerdict.refused(failure));
        close();
        socket.write(verdict).onComplete(done -> socket.close());
      }
    });
  }

  private void known() {
    if (stranger) {
      stranger = false;
      cancelTimer.run();
      greeted.run();
    }
  }

  private void close() {
    if (state != State.CLOSED) {
      if (state == State.DATA && part != null) {
        buffers.giveBack(part);
      }
      state = State.CLOSED;
      rest = null;
      known();
      if (session != null) {
        session.unlisten(onFailure);
      }
      socket.resume();
    }
  }

  private static Failure protocol(String what) {
    return Failure.refused(
        FailureCode.PROTOCOL,
        "a data connection breaks the protocol: " + what,
        "run the same release of Nereid on both hosts");
  }
}
