package io.nereid.launcher.demo.workload;

import io.nereid.launcher.demo.playground.NetNs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Increments a number in redis over one TCP connection, one request after the other, and checks
 * each answer: the increment must give exactly one more, and a read must give the same.
 */
public final class RedisWatcher implements Watcher {
  /** Port of the server. */
  public static final int PORT = 6379;

  private static final Logger LOG = LoggerFactory.getLogger(RedisWatcher.class);
  private static final Charset US = StandardCharsets.US_ASCII;
  private static final byte[] INCR = ascii("INCR");
  private static final byte[] GET = ascii("GET");
  private static final byte[] KEY = ascii("nereid:demo:count");
  // Leaves the processor to the move that is watched: two processors carry all hosts.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CONNECT_MS_MAX = 2_000;
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Path namespace;
  private final InetSocketAddress server;
  private final Duration patience;
  private final ClientLedger ledger = new ClientLedger(ClientLedger.Kind.INCREMENTS);
  private final Thread thread;
  private volatile boolean closed;
  private volatile RespConnection connection;

  /**
   * Connects and begins.
   *
   * @param namespace network namespace of the client
   * @throws IOException when the server does not answer
   */
  public RedisWatcher(Path namespace, String address) throws IOException {
    this(namespace, address, PATIENCE);
  }

  /**
   * Connects and begins.
   *
   * @param patience how long it waits for an answer before it takes the connection for broken
   */
  public RedisWatcher(Path namespace, String address, Duration patience) throws IOException {
    this.namespace = namespace;
    this.server = new InetSocketAddress(address, PORT);
    this.patience = patience;
    this.connection = connect(namespace, server, patience);
    this.thread = Thread.ofPlatform().name("redis-client").daemon().start(this::run);
  }

  static RespConnection connect(Path namespace, InetSocketAddress server) throws IOException {
    return connect(namespace, server, PATIENCE);
  }

  static RespConnection connect(Path namespace, InetSocketAddress server, Duration patience)
      throws IOException {
    return NetNs.call(
        namespace,
        () -> {
          SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
          try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(server, CONNECT_MS_MAX);
            channel.socket().setSoTimeout(Math.toIntExact(patience.toMillis()));
            return new RespConnection(channel.socket());
          } catch (IOException e) {
            channel.close();
            throw e;
          }
        });
  }

  private void run() {
    while (!closed) {
      try {
        exchange();
        LockSupport.parkNanos(PAUSE_NANOS);
      } catch (IOException e) {
        if (!closed && !reconnected(e)) {
          return;
        }
      }
    }
  }

  private void exchange() throws IOException {
    connection.send(INCR, KEY);
    connection.flush();
    long value = connection.number();
    ledger.counted(value, System.nanoTime());
    connection.send(GET, KEY);
    connection.flush();
    byte[] read = connection.bulk();
    if (!Arrays.equals(read, ascii(Long.toString(value)))) {
      LOG.error("redis answered {} to a read after {}", new String(read, US), value);
      ledger.unanswered(1);
    }
    ledger.answer(System.nanoTime());
  }

  private boolean reconnected(IOException why) {
    LOG.error("the connection to redis broke: {}", why.getMessage());
    closeQuietly(connection);
    long deadline = System.nanoTime() + GIVE_UP_NANOS;
    while (!closed && System.nanoTime() < deadline) {
      try {
        connection = connect(namespace, server, patience);
        connection.send(GET, KEY);
        connection.flush();
        ledger.resumed(Long.parseLong(new String(connection.bulk(), US)), 1, System.nanoTime());
        return true;
      } catch (IOException | NumberFormatException e) {
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    ledger.unanswered(1);
    return false;
  }

  @Override
  public void mark() {
    ledger.mark();
  }

  @Override
  public ClientStats stats() {
    return ledger.stats(System.nanoTime());
  }

  /** The longest silences since {@link #mark} that an answer has ended, the longest first. */
  public List<Silence> silences() {
    return ledger.silences();
  }

  @Override
  public long count() {
    return ledger.lastValue();
  }

  @Override
  public void close() {
    closed = true;
    closeQuietly(connection);
    try {
      thread.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(RespConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      LOG.debug("closing failed", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US);
  }
}
