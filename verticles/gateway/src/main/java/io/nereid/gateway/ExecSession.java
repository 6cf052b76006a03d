package io.nereid.gateway;

import io.nereid.bus.BusClient;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ExecId;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.http.ExecChannel;
import io.nereid.protocol.message.NymphMessages.ExecIo;
import io.nereid.protocol.message.NymphMessages.ExecIoRequest;
import io.nereid.protocol.message.NymphMessages.ExecKillRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a command's input and output between a WebSocket and the host where the command runs. One
 * exchange with the host at a time; a client that goes away ends the command.
 */
final class ExecSession {
  private static final Logger LOG = LoggerFactory.getLogger(ExecSession.class);
  private static final long STALL_MS = 30_000;

  /** While somebody types, what was typed waits this long at most for the exchange under way. */
  private static final long POLL_TYPING_MS = 20;

  private static final long POLL_IDLE_MS = 100;
  private static final long TYPING_MS = 5_000;

  /** A silent command must not look like a dead connection. */
  private static final long PING_MS = 20_000;

  private final BusClient bus;
  private final ServerWebSocket socket;
  private final NodeId owner;
  private final ExecId exec;
  private final ExecInput input;
  private long lastPing = System.nanoTime();

  ExecSession(BusClient bus, ServerWebSocket socket, NodeId owner, ExecId exec) {
    this.bus = bus;
    this.socket = socket;
    this.owner = owner;
    this.exec = exec;
    this.input = new ExecInput(socket);
  }

  /** Runs until the command or its client has ended. Blocks: for a virtual thread. */
  void run() {
    try {
      while (!exchange()) {
        if (input.isClientGone()) {
          kill();
          return;
        }
      }
    } catch (FailureException e) {
      // Whether input arrived is not known, so the exchange cannot be repeated: it ends here.
      kill();
      finish(ExecChannel.FAILURE, Buffer.buffer(Problems.document(e.failure())));
    } catch (RuntimeException | TimeoutException e) {
      LOG.debug("the client of {} at {} is gone", exec, owner, e);
      kill();
      socket.close();
    }
  }

  private boolean exchange() throws TimeoutException {
    ping();
    ExecInput.Taken taken = input.take();
    ExecIoRequest request =
        new ExecIoRequest(
            exec, taken.bytes(), taken.close(), taken.columns(), taken.rows(), pollMs());
    ExecIo io = bus.askAndWait(Addresses.EXEC_IO.at(owner), request);
    send(ExecChannel.STDOUT, io.stdout());
    send(ExecChannel.STDERR, io.stderr());
    io.exitCode().ifPresent(c -> finish(ExecChannel.EXIT, Buffer.buffer(4).appendInt(c)));
    return io.exitCode().isPresent();
  }

  private void ping() throws TimeoutException {
    long now = System.nanoTime();
    if (now - lastPing > TimeUnit.MILLISECONDS.toNanos(PING_MS)) {
      lastPing = now;
      socket.writePing(Buffer.buffer()).await(STALL_MS, TimeUnit.MILLISECONDS);
    }
  }

  private long pollMs() {
    if (input.isEnded()) {
      return Addresses.LONG_POLL_MS;
    }
    return input.sinceLastMs() < TYPING_MS ? POLL_TYPING_MS : POLL_IDLE_MS;
  }

  private void send(ExecChannel channel, byte[] bytes) throws TimeoutException {
    for (int at = 0; at < bytes.length; at += ExecChannel.PAYLOAD_BYTES_MAX) {
      int length = Math.min(ExecChannel.PAYLOAD_BYTES_MAX, bytes.length - at);
      Buffer message =
          Buffer.buffer(1 + length)
              .appendByte((byte) channel.code())
              .appendBytes(bytes, at, length);
      socket.writeBinaryMessage(message).await(STALL_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void finish(ExecChannel channel, Buffer payload) {
    Buffer message = Buffer.buffer().appendByte((byte) channel.code()).appendBuffer(payload);
    socket.writeBinaryMessage(message).onComplete(done -> socket.close());
  }

  private void kill() {
    try {
      bus.ask(Addresses.EXEC_KILL.at(owner), new ExecKillRequest(exec)).onFailure(this::notKilled);
    } catch (RuntimeException e) {
      // The whole daemon is ending; the host ends commands that nobody asks about any more.
      notKilled(e);
    }
  }

  private void notKilled(Throwable thrown) {
    Failure failure = FailureException.failureOf(thrown);
    LOG.debug("{} at {} could not be ended: {}", exec, owner, failure.message());
  }
}
