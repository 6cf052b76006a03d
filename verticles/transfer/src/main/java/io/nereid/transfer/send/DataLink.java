package io.nereid.transfer.send;

import io.nereid.domain.failure.FailureException;
import io.nereid.port.TransferTicket;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.DataVerdict;
import io.nereid.transfer.wire.FrameHead;
import io.nereid.transfer.wire.Protocol;
import io.netty.buffer.Unpooled;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * The bulk connection of one attempt. Content is read from files straight into direct buffers that
 * the socket writes from; there are few of them, so a slow receiver slows the sender down.
 */
final class DataLink implements AutoCloseable {
  /** Buffers of one frame each. */
  static final int BUFFERS = 6;

  private final Watch watch;
  private final Meter meter;
  private final NetClient client;
  private final Semaphore free = new Semaphore(BUFFERS);
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private NetSocket socket;
  private int sequence;

  DataLink(Vertx vertx, Watch watch, Meter meter) {
    this.watch = watch;
    this.meter = meter;
    this.client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout((int) Protocol.GREETING_MS)
                .setTcpNoDelay(true));
  }

  /** Connects and waits until the receiver has accepted. */
  void connect(TransferTicket ticket, DataHello hello) throws IOException {
    Promise<Void> accepted = Promise.promise();
    watch.await(
        client
            .connect(ticket.dataPort(), ticket.host())
            .onSuccess(s -> {
              s.closeHandler(v -> broken(accepted, "the receiver closed the data connection"));
              s.exceptionHandler(e -> broken(accepted, Watch.reason(e)));
              s.handler(verdicts(accepted));
            })
            .map(s -> {
              socket = s;
              return s;
            }),
        "connecting to the receiver's data port");
    byte[] greeting = hello.encode();
    meter.sent(greeting.length);
    socket.write(Buffer.buffer(greeting));
    watch.await(accepted.future(), "greeting on the data connection");
  }

  private RecordParser verdicts(Promise<Void> accepted) {
    RecordParser parser = RecordParser.newFixed(DataVerdict.PREFIX_BYTES);
    boolean[] inText = {false};
    parser.handler(record -> {
      watch.heard();
      if (inText[0]) {
        FailureException refused = new FailureException(DataVerdict.decode(record.getBytes()));
        accepted.tryFail(refused);
        watch.fail(refused);
      } else if (record.getByte(0) == 0) {
        accepted.tryComplete();
      } else {
        inText[0] = true;
        parser.fixedSizeMode(Math.max(1, record.getUnsignedShort(1)));
      }
    });
    return parser;
  }

  private void broken(Promise<Void> accepted, String why) {
    LinkException e = new LinkException(why, null);
    accepted.tryFail(e);
    watch.fail(e);
  }

  /** A buffer for one frame's data, when one is free. */
  ByteBuffer buffer() throws IOException {
    watch.acquire(free, 1);
    ByteBuffer buffer = buffers.poll();
    return buffer == null ? ByteBuffer.allocateDirect(Protocol.FRAME_BYTES_MAX) : buffer.clear();
  }

  /** Gives a buffer back that is not sent. */
  void giveBack(ByteBuffer buffer) {
    buffers.add(buffer);
    free.release();
  }

  /** Sends a frame; the buffer, up to its position, belongs to the link until it is written. */
  void send(int type, int set, int[] ranges, int rangeCount, ByteBuffer buffer) {
    buffer.flip();
    FrameHead head = new FrameHead(type, set, rangeCount, sequence++, buffer.remaining());
    byte[] front = head.encode(ranges);
    long bytes = front.length + (long) buffer.remaining();
    Buffer data = BufferInternal.buffer(Unpooled.wrappedBuffer(buffer));
    var written = socket.write(Buffer.buffer(front));
    if (data.length() > 0) {
      written = socket.write(data);
    }
    written.onComplete(done -> {
      giveBack(buffer);
      if (done.succeeded()) {
        meter.sent(bytes);
      } else {
        Throwable e = done.cause();
        watch.fail(new LinkException("data connection: " + Watch.reason(e), e));
      }
    });
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.closeHandler(v -> {});
    }
    client.close();
  }
}
