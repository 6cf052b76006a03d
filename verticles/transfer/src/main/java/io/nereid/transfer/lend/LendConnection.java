package io.nereid.transfer.lend;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.ContentTree;
import io.nereid.transfer.wire.DataVerdict;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.Protocol;
import io.nereid.transfer.wire.PullHello;
import io.nereid.transfer.wire.PullReply;
import io.nereid.transfer.wire.PullRequest;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a host that borrows. Requests are put together on an event loop and answered in
 * their order by a thread of its own, which reads from files into a few direct buffers that the
 * socket writes from: a slow borrower only slows itself down. What breaks the protocol closes this
 * connection and nothing else.
 */
public final class LendConnection {
  private static final Logger log = LoggerFactory.getLogger(LendConnection.class);

  /** Requests that may wait for their answers. */
  public static final int REQUESTS_MAX = 32;

  private static final int BUFFERS = 4;
  private static final long IDLE_MS = TimeUnit.MINUTES.toMillis(1);
  private static final PullRequest END = new PullRequest(0, 0, new int[0]);

  private enum Part {
    HELLO,
    TOKEN,
    HEAD,
    RANGES
  }

  /** Slows reading for others down. */
  @FunctionalInterface
  public interface Brake {
    /** Takes so many bytes, waiting for them if necessary. */
    void take(int bytes) throws IOException;
  }

  private final NetSocket socket;
  private final Loans loans;
  private final Brake brake;
  private final Runnable greeted;
  private final Context context;
  private final RecordParser parser = RecordParser.newFixed(PullHello.PREFIX_BYTES);
  private final BlockingQueue<PullRequest> requests = new LinkedBlockingQueue<>(REQUESTS_MAX + 1);
  private final Semaphore free = new Semaphore(BUFFERS);
  private final java.util.Queue<ByteBuffer> buffers =
      new java.util.concurrent.ConcurrentLinkedQueue<>();
  private Part part = Part.HELLO;
  private byte[] head = {};
  private boolean stranger = true;
  private volatile boolean closed;

  /** The runnable is called once, when it is known who this is or the connection is closed. */
  public LendConnection(Vertx vertx, NetSocket socket, Loans loans, Brake brake, Runnable greeted) {
    this.socket = socket;
    this.loans = loans;
    this.brake = brake;
    this.greeted = greeted;
    this.context = vertx.getOrCreateContext();
  }

  /** Takes the next bytes; on the socket's event loop. */
  public void received(Buffer data) {
    if (!closed) {
      parser.handle(data);
    }
  }

  /** Prepares; on the socket's event loop. */
  public void start() {
    parser.handler(this::record);
    socket.exceptionHandler(e -> close());
    socket.closeHandler(v -> close());
  }

  /** It should have said who it is by now. */
  public void greetingOverdue() {
    if (stranger) {
      refuse("no greeting within " + Protocol.GREETING_MS + " ms");
    }
  }

  private void record(Buffer record) {
    if (closed) {
      return;
    }
    try {
      switch (part) {
        case HELLO -> expect(Part.TOKEN, PullHello.tokenBytes(record.getBytes()));
        case TOKEN -> {
          expect(Part.HEAD, PullRequest.HEAD_BYTES);
          hello(PullHello.decode(record.getBytes()));
        }
        case HEAD -> {
          head = record.getBytes();
          expect(Part.RANGES, PullRequest.rangesBytes(head));
        }
        case RANGES -> {
          expect(Part.HEAD, PullRequest.HEAD_BYTES);
          if (requests.size() >= REQUESTS_MAX) {
            throw new FrameException("more than " + REQUESTS_MAX + " requests at once");
          }
          requests.add(PullRequest.decode(head, record.getBytes()));
        }
      }
    } catch (FrameException e) {
      refuse(e.getMessage());
    }
  }

  private void expect(Part next, int bytes) {
    part = next;
    parser.fixedSizeMode(bytes);
  }

  private void hello(PullHello hello) {
    var loan = loans.find(hello.token());
    if (loan.isEmpty()) {
      refuse("unknown loan or wrong token");
      return;
    }
    known();
    socket.write(Buffer.buffer(new PullReply(PullReply.CONTENT, 0).encode()));
    Thread.ofVirtual().name("lend").start(() -> serve(loan.get()));
  }

  private void serve(OpenLoan loan) {
    Map<Integer, ContentTree.Reader> readers = new HashMap<>();
    try {
      while (!closed) {
        PullRequest next = requests.poll(IDLE_MS, TimeUnit.MILLISECONDS);
        if (next == null || next == END) {
          break;
        }
        answer(loan, next, readers);
      }
    } catch (FrameException e) {
      refuse(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | InternalError e) {
      log.warn("lending to {} ends: {}", socket.remoteAddress(), e.toString());
    } finally {
      readers.values().forEach(ContentTree.Reader::close);
      loan.letGo();
      context.runOnContext(v -> socket.close());
    }
  }

  private void answer(OpenLoan loan, PullRequest request, Map<Integer, ContentTree.Reader> readers)
      throws IOException, InterruptedException {
    if (request.tree() >= loan.trees().size()) {
      throw new FrameException("tree " + request.tree() + " of " + loan.trees().size());
    }
    ContentTree tree = loan.trees().get(request.tree());
    Manifest manifest = tree.manifest();
    boolean chunks = request.kind() == PullRequest.CHUNKS;
    int bytes =
        chunks
            ? request.chunkBytes(manifest.files())
            : request.partBytes(manifest.header().totalBytes());
    brake.take(bytes);
    ByteBuffer buffer = buffer();
    if (buffer == null) {
      return;
    }
    try {
      if (chunks) {
        ContentTree.Reader reader =
            readers.computeIfAbsent(request.tree(), number -> tree.reader());
        for (int r = 0; r < request.ranges().length; r += 2) {
          reader.read(request.ranges()[r], request.ranges()[r + 1], buffer);
        }
      } else {
        part(manifest, request, buffer.limit(bytes));
      }
    } catch (IOException e) {
      log.warn("what was lent cannot be read: {}", e.getMessage());
      giveBack(buffer);
      socket.write(Buffer.buffer(new PullReply(PullReply.ABSENT, 0).encode()));
      return;
    }
    socket.write(Buffer.buffer(new PullReply(PullReply.CONTENT, bytes).encode()));
    socket
        .write(BufferInternal.buffer(Unpooled.wrappedBuffer(buffer.flip())))
        .onComplete(done -> giveBack(buffer));
  }

  private static void part(Manifest manifest, PullRequest request, ByteBuffer into)
      throws IOException {
    try (FileChannel file = FileChannel.open(manifest.path(), StandardOpenOption.READ)) {
      long at = request.partOffset();
      while (into.hasRemaining()) {
        int n = file.read(into, at);
        if (n <= 0) {
          throw new IOException("a manifest is shorter than before");
        }
        at += n;
      }
    }
  }

  /** A free buffer, or null when the borrower has gone. */
  private ByteBuffer buffer() throws InterruptedException {
    while (!free.tryAcquire(100, TimeUnit.MILLISECONDS)) {
      if (closed) {
        return null;
      }
    }
    ByteBuffer buffer = buffers.poll();
    return buffer == null ? ByteBuffer.allocateDirect(Protocol.FRAME_BYTES_MAX) : buffer.clear();
  }

  private void giveBack(ByteBuffer buffer) {
    buffers.add(buffer);
    free.release();
  }

  /** Says why, and hangs up. Any thread. */
  private void refuse(String why) {
    context.runOnContext(v -> {
      if (!closed) {
        log.info("a host that borrows, {}: {}", socket.remoteAddress(), why);
        byte[] verdict =
            DataVerdict.refused(
                Failure.refused(FailureCode.PROTOCOL, why, "run the same release on both hosts"));
        byte[] text = Arrays.copyOfRange(verdict, DataVerdict.PREFIX_BYTES, verdict.length);
        socket
            .write(
                Buffer.buffer(new PullReply(PullReply.REFUSED, text.length).encode())
                    .appendBytes(text))
            .onComplete(done -> socket.close());
        close();
      }
    });
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
      known();
      requests.clear();
      requests.add(END);
    }
  }
}
