package io.nereid.nymph.ipc;

import io.nereid.domain.id.ContainerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import jnr.enxio.channels.NativeSelectorProvider;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the sockets of all containers, on one thread. Of a container that says too much nothing is
 * read for a while: its messages fill its own socket, and it waits, not the host.
 */
final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  /** Whoever is in the container may speak, whatever user it is. */
  private static final String EVERYBODY = "rw-rw-rw-";

  /** Whoever reaches a socket on the host speaks for its container. */
  private static final String NOBODY_ELSE = "rwx------";

  private static final int FAILURES_MAX = 100;
  private final AbstractSelector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Map<ContainerId, Open> open = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(Message.BYTES_MAX + 1);
  private volatile boolean closed;

  private static final class Open {
    private final Ear ear;
    private final UnixDatagramChannel channel;
    private final SelectionKey key;
    private long silentUntil;

    Open(Ear ear, UnixDatagramChannel channel, SelectionKey key) {
      this.ear = ear;
      this.channel = channel;
      this.key = key;
    }
  }

  Listener() throws IOException {
    selector = NativeSelectorProvider.getInstance().openSelector();
    Thread.ofPlatform().daemon().name("ipc-listener").start(this::loop);
  }

  /** Makes a socket in place of whatever file is there, to which nobody listens yet. */
  static UnixDatagramChannel bind(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString(NOBODY_ELSE));
    Files.deleteIfExists(file);
    UnixDatagramChannel channel = UnixDatagramChannel.open();
    try {
      channel.bind(new UnixSocketAddress(file.toFile()));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(EVERYBODY));
      channel.configureBlocking(false);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Listens to a container from now on. */
  void add(Ear ear, UnixDatagramChannel channel) {
    run(() -> {
      try {
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        Open opened = new Open(ear, channel, key);
        key.attach(opened);
        end(open.put(ear.id(), opened));
      } catch (IOException e) {
        LOG.error("container {} cannot be listened to", ear.name(), e);
      }
    });
  }

  /** Listens to a container no more. */
  void remove(ContainerId id) {
    run(() -> end(open.remove(id)));
  }

  private void end(Open one) {
    if (one == null) {
      return;
    }
    one.key.cancel();
    try {
      one.channel.close();
    } catch (IOException e) {
      LOG.warn("the socket of container {} was not closed: {}", one.ear.name(), e.getMessage());
    }
  }

  private void run(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  private void loop() {
    int failures = 0;
    while (!closed && failures < FAILURES_MAX) {
      try {
        round();
        failures = 0;
      } catch (IOException | RuntimeException e) {
        failures++;
        LOG.error("listening to containers failed", e);
      }
    }
    open.values().forEach(this::end);
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("the selector was not closed: {}", e.getMessage());
    }
  }

  private void round() throws IOException {
    long wait = wakeSilent();
    if (wait == 0) {
      selector.select();
    } else {
      selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
    }
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
    while (ready.hasNext()) {
      SelectionKey key = ready.next();
      ready.remove();
      if (key.isValid() && key.attachment() instanceof Open one) {
        read(one);
      }
    }
  }

  /** Returns for how long the next of those that are not read is to wait, in ns; 0: nobody is. */
  private long wakeSilent() {
    long now = System.nanoTime();
    long least = 0;
    for (Open one : open.values()) {
      if (one.silentUntil == 0) {
        continue;
      }
      long left = one.silentUntil - now;
      if (left <= 0) {
        one.silentUntil = 0;
        one.key.interestOps(SelectionKey.OP_READ);
      } else {
        least = least == 0 ? left : Math.min(least, left);
      }
    }
    return least;
  }

  private void read(Open one) {
    long wait = one.ear.nanosUntilRead();
    if (wait > 0) {
      one.silentUntil = System.nanoTime() + wait;
      one.key.interestOps(0);
      return;
    }
    buffer.clear();
    try {
      // Who of the container it was is not to be known: senders have no address, usually.
      one.channel.receive(buffer);
    } catch (IOException e) {
      LOG.debug("nothing was read from container {}: {}", one.ear.name(), e.getMessage());
      return;
    }
    byte[] datagram = new byte[buffer.position()];
    buffer.flip().get(datagram);
    one.ear.hear(datagram);
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
  }
}
