package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.DataVerdict;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.FrameHead;
import io.nereid.transfer.wire.Protocol;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data connection: lives on an event loop, where frames are put together, and hands them to the
 * pool, which verifies and writes. Stops reading while there is no buffer. What breaks the protocol
 * closes this connection and nothing else.
 */
final class DataConnection implements FrameAssembler.Sink {
  private static final Logger log = LoggerFactory.getLogger(DataConnection.class);
  private static final byte[] NOTHING = {};

  private final NetSocket socket;
  private final Sessions sessions;
  private final ExecutorService pool;
  private final FrameBuffers buffers;
  private final Runnable greeted;
  private final Context context;
  private final FrameAssembler frames;
  private final SessionListener onFailure = this::refuse;
  private boolean stranger = true;
  private boolean closed;
  private Session session;
  private Intake intake;

  /** The runnable is called once, when it is known who this is or the connection is closed. */
  DataConnection(
      Vertx vertx,
      NetSocket socket,
      Sessions sessions,
      ExecutorService pool,
      FrameBuffers buffers,
      Runnable greeted) {
    this.socket = socket;
    this.sessions = sessions;
    this.pool = pool;
    this.buffers = buffers;
    this.greeted = greeted;
    this.context = vertx.getOrCreateContext();
    this.frames =
        new FrameAssembler(this, buffers, () -> context.runOnContext(v -> bufferIsFree()));
  }

  void start() {
    socket.exceptionHandler(e -> close());
    socket.closeHandler(v -> close());
  }

  void greetingOverdue() {
    if (stranger) {
      refuse(protocol("no greeting within " + Protocol.GREETING_MS + " ms"));
    }
  }

  void received(ByteBuf data) {
    try {
      if (!frames.feed(data)) {
        socket.pause();
      }
    } catch (FrameException e) {
      refuse(protocol(e.getMessage()));
    }
  }

  private void bufferIsFree() {
    if (!closed) {
      try {
        if (frames.resume()) {
          socket.resume();
        }
      } catch (FrameException e) {
        refuse(protocol(e.getMessage()));
      }
    }
  }

  @Override
  public void greeting(DataHello hello) throws FrameException {
    Optional<Session> found = sessions.find(hello.migration().value(), hello.token());
    if (found.isEmpty()) {
      hangUp(ControlService.UNKNOWN_SESSION);
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
  }

  @Override
  public void content(FrameHead head, int[] ranges, byte[] data) {
    session.touch();
    try {
      pool.execute(() -> {
        take(head, ranges, data);
        buffers.giveBack(data);
      });
    } catch (RejectedExecutionException e) {
      buffers.giveBack(data);
      close();
    }
  }

  /** Few and cheap: not worth another thread. */
  @Override
  public void withdrawn(FrameHead head, int[] ranges) {
    session.touch();
    take(head, ranges, NOTHING);
  }

  private void take(FrameHead head, int[] ranges, byte[] data) {
    try {
      intake.content(head, ranges, data);
    } catch (IOException | RuntimeException | InternalError e) {
      session.guard(e).ifPresent(this::refuse);
    }
  }

  /** Tells the sender why and hangs up. Any thread. */
  private void refuse(Failure failure) {
    context.runOnContext(v -> hangUp(failure));
  }

  private void hangUp(Failure failure) {
    if (!closed) {
      log.info("data connection from {}: {}", socket.remoteAddress(), failure.message());
      close();
      socket.write(Buffer.buffer(DataVerdict.refused(failure))).onComplete(done -> socket.close());
    }
  }

  private void known() {
    if (stranger) {
      stranger = false;
      greeted.run();
    }
  }

  private void close() {
    if (!closed) {
      closed = true;
      frames.close();
      known();
      if (session != null) {
        session.unlisten(onFailure);
      }
      // What still comes is thrown away, so that the end is noticed.
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
