package io.nereid.nymph.net;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the frames that arrive for a container while it is between two hosts, so that its clients
 * need not wait for their retransmission timers. Bounded; when it is full the oldest frames go,
 * which a client's TCP repairs.
 */
final class ParkingLot implements AutoCloseable {
  static final int FRAMES_MAX = 1024;
  static final int BYTES_MAX = 2 << 20;
  private static final Logger LOG = LoggerFactory.getLogger(ParkingLot.class);

  private final PacketSocket inside;
  private final Deque<byte[]> frames = new ArrayDeque<>();
  private final Thread collector;
  private volatile boolean open = true;
  private volatile long collectUntilNanos;
  private int bytes;
  private int dropped;

  private ParkingLot(PacketSocket inside) {
    this.inside = inside;
    this.collector = Thread.ofPlatform().daemon().name("parking").unstarted(this::collect);
  }

  /** Begins to keep what arrives at a device inside a namespace. */
  static ParkingLot open(Path namespace, String device) throws IOException {
    ParkingLot lot = new ParkingLot(PacketSocket.in(namespace, device));
    lot.collector.start();
    return lot;
  }

  private void collect() {
    try {
      while (true) {
        Optional<byte[]> frame = inside.receive();
        // A busy client never leaves the device empty.
        if (!open && (frame.isEmpty() || System.nanoTime() - collectUntilNanos > 0)) {
          return;
        }
        if (frame.isPresent() && frame.get().length > 0) {
          park(frame.get());
        }
      }
    } catch (IOException e) {
      LOG.warn("frames are no longer parked: {}", e.getMessage());
    }
  }

  private synchronized void park(byte[] frame) {
    frames.add(frame);
    bytes += frame.length;
    while (frames.size() > FRAMES_MAX || bytes > BYTES_MAX) {
      bytes -= frames.remove().length;
      dropped++;
    }
  }

  /** Sends a frame out of the container's device, as if the container had. */
  void sendOut(byte[] frame) throws IOException {
    inside.send(frame);
  }

  /** Delivers what was parked through the host's end of the device pair; returns how many. */
  int deliver(String hostDevice) throws IOException {
    stopCollecting();
    int delivered = 0;
    try (PacketSocket outside = PacketSocket.at(hostDevice)) {
      byte[] frame = next();
      while (frame != null) {
        FrameChecksums.finish(frame);
        delivered += sent(outside, frame) ? 1 : 0;
        frame = next();
      }
    }
    if (dropped > 0) {
      LOG.info("{} parked frames were too many and were dropped", dropped);
    }
    return delivered;
  }

  /** Delivers what was being received when {@link #deliver} was called, and closes. */
  void finish(String hostDevice) {
    try {
      collector.join();
      deliver(hostDevice);
    } catch (IOException e) {
      LOG.debug("the last parked frames were not delivered: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void stopCollecting() {
    collectUntilNanos = System.nanoTime() + PacketSocket.RECEIVE_WAIT.toNanos();
    open = false;
  }

  // Segments that offloading has merged may be larger than the device takes; TCP sends them again.
  private static boolean sent(PacketSocket outside, byte[] frame) {
    try {
      outside.send(frame);
      return true;
    } catch (IOException e) {
      LOG.debug("a parked frame of {} bytes was not delivered: {}", frame.length, e.getMessage());
      return false;
    }
  }

  private synchronized byte[] next() {
    byte[] frame = frames.poll();
    bytes -= frame == null ? 0 : frame.length;
    return frame;
  }

  @Override
  public void close() {
    stopCollecting();
    try {
      collector.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    inside.close();
  }
}
