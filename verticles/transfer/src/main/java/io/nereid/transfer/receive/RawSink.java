package io.nereid.transfer.receive;

import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.socket.Received;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.DataVerdict;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.FrameHead;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.atomic.AtomicLong;

/** Receives frames like a data connection and throws their content away: for measurements. */
public final class RawSink {
  private static final int BUFFERS = 4;

  private final FrameBuffers buffers = new FrameBuffers(BUFFERS);
  private final AtomicLong received = new AtomicLong();
  private final NetServer server;

  public RawSink(Vertx vertx) {
    this.server = vertx.createNetServer(DataServer.options()).connectHandler(this::accept);
  }

  /** Listens on a free port of the loopback; gives the port. */
  public Future<Integer> listen() {
    return server.listen(0, "127.0.0.1").map(NetServer::actualPort);
  }

  /** Bytes of content so far. */
  public long receivedBytes() {
    return received.get();
  }

  /** Stops listening. */
  public Future<Void> close() {
    return server.close();
  }

  private void accept(NetSocket socket) {
    FrameAssembler frames =
        new FrameAssembler(
            new FrameAssembler.Sink() {
              @Override
              public void greeting(DataHello hello) {
                socket.write(Buffer.buffer(DataVerdict.ACCEPTED));
              }

              @Override
              public void content(FrameHead head, int[] ranges, byte[] data) {
                received.addAndGet(head.dataBytes());
                buffers.giveBack(data);
              }

              @Override
              public void withdrawn(FrameHead head, int[] ranges) {}
            },
            buffers,
            () -> {});
    socket.closeHandler(v -> frames.close());
    Received.handOver(
        socket,
        data -> {
          try {
            frames.feed(data);
          } catch (FrameException e) {
            socket.close();
          }
        });
  }
}
