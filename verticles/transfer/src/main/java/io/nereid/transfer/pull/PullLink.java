package io.nereid.transfer.pull;

import io.nereid.port.TransferTicket;
import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.socket.Received;
import io.nereid.transfer.wire.DataVerdict;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.Protocol;
import io.nereid.transfer.wire.PullHello;
import io.nereid.transfer.wire.PullReply;
import io.nereid.transfer.wire.PullRequest;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One connection to a host that lends. Answers are put together on an event loop and handed over;
 * while there is no buffer nothing is read. The first thing that goes wrong ends it.
 */
final class PullLink {
  /** What is heard; on the event loop, must not block. */
  interface Listener {
    /** An answer; the buffer is the listener's, to be given back. */
    void arrived(Span span, byte[] data);

    /** It does not have it. */
    void absent(Span span);

    /** It has ended; told once. */
    void broken(String why);
  }

  private static final byte[] NONE = {};
  private final NetClient client;
  private final FrameBuffers buffers;
  private final Listener listener;
  private final Context context;
  private final Promise<Void> accepted = Promise.promise();
  private final Deque<Span> expected = new ArrayDeque<>();
  private NetSocket socket;
  private boolean greeted;
  private boolean closed;
  private PullReply reply;
  private byte[] part = new byte[PullReply.BYTES];
  private int filled;
  private int wanted = PullReply.BYTES;
  private ByteBuf input;

  PullLink(Vertx vertx, FrameBuffers buffers, Listener listener) {
    this.client =
        vertx.createNetClient(
            new NetClientOptions()
                .setConnectTimeout((int) Protocol.GREETING_MS)
                .setTcpNoDelay(true));
    this.buffers = buffers;
    this.listener = listener;
    this.context = vertx.getOrCreateContext();
  }

  /** Connects and greets. */
  Future<Void> connect(TransferTicket ticket) {
    context.runOnContext(v ->
        client
            .connect(SocketAddress.inetSocketAddress(ticket.dataPort(), ticket.host()))
            .onSuccess(s -> {
              socket = s;
              s.exceptionHandler(e -> end(String.valueOf(e.getMessage())));
              s.closeHandler(c -> end("it has closed the connection"));
              Received.handOver(s, this::received);
              s.write(Buffer.buffer(new PullHello(ticket.token()).encode()));
            })
            .onFailure(e -> end(String.valueOf(e.getMessage()))));
    return accepted.future();
  }

  /** Asks for something; any thread. */
  void ask(int tree, Span span) {
    byte[] request = new PullRequest(span.kind, tree, span.ranges).encode();
    context.runOnContext(v -> {
      if (!closed) {
        expected.add(span);
        socket.write(Buffer.buffer(request));
      }
    });
  }

  private void received(ByteBuf data) {
    if (closed) {
      data.release();
      return;
    }
    input = data;
    resume();
  }

  private void bufferIsFree() {
    context.runOnContext(v -> resume());
  }

  private void resume() {
    try {
      while (input != null && !closed) {
        if (part == null) {
          part = buffers.take(this::bufferIsFree);
          if (part == null) {
            socket.pause();
            return;
          }
        }
        int n = Math.min(wanted - filled, input.readableBytes());
        input.readBytes(part, filled, n);
        filled += n;
        if (!input.isReadable()) {
          input.release();
          input = null;
        }
        if (filled == wanted) {
          complete();
        }
      }
      if (!closed && socket != null) {
        socket.resume();
      }
    } catch (FrameException e) {
      end("it breaks the protocol: " + e.getMessage());
    }
  }

  private void complete() throws FrameException {
    if (reply != null) {
      byte[] data = part;
      PullReply of = reply;
      expect(null, PullReply.BYTES);
      if (of.status() == PullReply.REFUSED) {
        buffersBack(data);
        end(DataVerdict.decode(java.util.Arrays.copyOf(data, of.bytes())).message());
      } else {
        listener.arrived(expected.remove(), data);
      }
      return;
    }
    Span next = expected.peek();
    PullReply head = PullReply.decode(part, next == null || !greeted ? 0 : next.bytes);
    if (head.status() == PullReply.REFUSED) {
      expect(head, head.bytes());
    } else if (!greeted) {
      if (head.status() != PullReply.CONTENT) {
        throw new FrameException("a greeting is answered with " + head.status());
      }
      greeted = true;
      expect(null, PullReply.BYTES);
      accepted.tryComplete();
    } else if (next == null) {
      throw new FrameException("an answer to nothing");
    } else if (head.status() == PullReply.ABSENT) {
      expect(null, PullReply.BYTES);
      listener.absent(expected.remove());
    } else {
      expect(head, head.bytes());
    }
  }

  private void expect(PullReply of, int bytes) throws FrameException {
    if (of != null && bytes == 0) {
      throw new FrameException("an empty answer");
    }
    reply = of;
    filled = 0;
    wanted = bytes;
    part = of == null ? new byte[bytes] : null;
  }

  private void buffersBack(byte[] data) {
    buffers.giveBack(data);
  }

  /** Ends it; any thread. */
  void close() {
    context.runOnContext(v -> end("closed here"));
  }

  private void end(String why) {
    if (closed) {
      return;
    }
    closed = true;
    if (reply != null && part != null) {
      buffersBack(part);
    }
    part = NONE;
    if (input != null) {
      input.release();
      input = null;
    }
    expected.clear();
    accepted.tryFail(why);
    listener.broken(why);
    if (socket != null) {
      socket.resume();
    }
    client.close();
  }
}
