package io.nereid.nymph.ipc;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one container has said. Requests are done one after the other, so many a minute; of what is
 * beyond that, and of what is no request, a line is logged now and then. {@link #hear} is for one
 * thread; it never waits.
 */
final class Ear {
  private static final Logger LOG = LoggerFactory.getLogger(Ear.class);

  /** A container that sends more than this waits until it is read. */
  private static final int READ_AT_ONCE = 20;

  private static final double READ_PER_SECOND = 10;
  private static final int DONE_AT_ONCE = 3;
  private static final int WAITING_MAX = 4;
  private static final double SECONDS_PER_MINUTE = 60;
  private static final double COMPLAINTS_PER_SECOND = 0.1;
  private final ContainerId id;
  private final ContainerName name;
  private final BiConsumer<Ear, Message> performer;
  private final LongSupplier clock;
  private final Allowance reads;
  private final Allowance requests;
  private final Allowance complaints;
  private long unsaid;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Message> waiting = new ArrayDeque<>();
  private boolean working;

  /**
   * Of a container that has said nothing yet.
   *
   * @param perMinute how many of its requests are done in a minute
   * @param performer does one request; may wait
   * @param clock nanoseconds
   */
  Ear(
      ContainerId id,
      ContainerName name,
      int perMinute,
      BiConsumer<Ear, Message> performer,
      LongSupplier clock) {
    this.id = id;
    this.name = name;
    this.performer = performer;
    this.clock = clock;
    long now = clock.getAsLong();
    this.reads = new Allowance(READ_AT_ONCE, READ_PER_SECOND, now);
    this.requests = new Allowance(DONE_AT_ONCE, perMinute / SECONDS_PER_MINUTE, now);
    this.complaints = new Allowance(1, COMPLAINTS_PER_SECOND, now);
  }

  ContainerId id() {
    return id;
  }

  ContainerName name() {
    return name;
  }

  /** How long nothing more is to be read of it, in ns; 0 when the next may be, which counts. */
  long nanosUntilRead() {
    long now = clock.getAsLong();
    return reads.take(now) ? 0 : Math.max(1, reads.nanosUntilNext(now));
  }

  /**
   * Takes in what it has said.
   *
   * @param datagram see {@link Message#parse}
   */
  void hear(byte[] datagram) {
    Message message = Message.parse(datagram);
    if (message instanceof Message.Unknown unknown) {
      complain("says what is no request: " + unknown.why());
    } else if (!requests.take(clock.getAsLong())) {
      complain("asks for more than is done in a minute");
    } else if (!enqueue(message)) {
      complain("asks for more than can wait");
    }
  }

  private void complain(String what) {
    if (!complaints.take(clock.getAsLong())) {
      unsaid++;
      return;
    }
    String more = unsaid == 0 ? "" : " (and %d more messages were ignored)".formatted(unsaid);
    unsaid = 0;
    LOG.warn("container {} {}; ignored{}", name, what, more);
  }

  private boolean enqueue(Message message) {
    lock.lock();
    try {
      if (waiting.size() >= WAITING_MAX) {
        return false;
      }
      waiting.add(message);
      if (!working) {
        working = true;
        Thread.ofVirtual().name("ipc-" + name).start(this::work);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    while (true) {
      Message next;
      lock.lock();
      try {
        next = waiting.poll();
        if (next == null) {
          working = false;
          return;
        }
      } finally {
        lock.unlock();
      }
      try {
        performer.accept(this, next);
      } catch (RuntimeException e) {
        LOG.error("the request {} of container {} ended unexpectedly", next, name, e);
      }
    }
  }
}
