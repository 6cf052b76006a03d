package io.nereid.nymph.exec;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ExecId;
import io.nereid.process.ProcessTree;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.NymphMessages;
import io.nereid.protocol.message.NymphMessages.ExecIo;
import io.nereid.protocol.message.NymphMessages.ExecIoRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * One command. What it writes waits in bounded buffers: when nobody asks, it is not read from, and
 * stands still like a program whose pipe is full. Thread-safe; an exchange blocks.
 */
final class ExecSession {
  /** Input beyond this makes the caller wait. */
  private static final int INPUT_BYTES_SOFT = 1024 * 1024;

  /** Input beyond this is refused. */
  private static final int INPUT_BYTES_MAX = 16 * 1024 * 1024;

  private static final Duration INPUT_WAIT = Duration.ofSeconds(4);
  private static final int READ_BYTES = 32 * 1024;

  private final ExecId id;
  private final ContainerId container;
  private final Process process;
  private final ExecStreams streams;
  private final ReentrantLock exchange = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final OutputBuffer out = new OutputBuffer(NymphMessages.CHUNK_BYTES_MAX);
  private final OutputBuffer err = new OutputBuffer(NymphMessages.CHUNK_BYTES_MAX);
  private final Deque<byte[]> input = new ArrayDeque<>();
  private int inputBytes;
  private boolean inputClosed;
  private boolean inputBroken;
  private boolean killed;
  private volatile long askedNanos = System.nanoTime();

  ExecSession(ExecId id, ContainerId container, Process process, ExecStreams streams) {
    this.id = id;
    this.container = container;
    this.process = process;
    this.streams = streams;
    thread("out", () -> read(streams.stdout(), out));
    streams.stderr().ifPresentOrElse(s -> thread("err", () -> read(s, err)), err::end);
    thread("in", this::writeInput);
    // runc copies the output itself and ends after it, so its pipes end with it.
    process.onExit().thenRun(() -> locked(() -> {}));
  }

  ExecId id() {
    return id;
  }

  ContainerId container() {
    return container;
  }

  private void thread(String name, Runnable body) {
    Thread.ofPlatform().daemon().name(id + "-" + name).start(body);
  }

  private void read(InputStream stream, OutputBuffer buffer) {
    byte[] bytes = new byte[READ_BYTES];
    try (stream) {
      for (int n = stream.read(bytes, 0, bytes.length);
          n >= 0;
          n = stream.read(bytes, 0, bytes.length)) {
        int length = n;
        awaitChange(() -> !buffer.isFull() || killed, null);
        locked(() -> {
          if (!killed) {
            buffer.add(bytes, length);
          }
        });
      }
    } catch (IOException e) {
      // The stream was closed because the command has ended.
      locked(buffer::end);
      return;
    }
    locked(buffer::end);
  }

  private void writeInput() {
    try (OutputStream stdin = streams.stdin()) {
      while (true) {
        awaitChange(() -> !input.isEmpty() || inputClosed || killed || hasEnded(), null);
        byte[] next = next();
        if (next.length == 0) {
          return;
        }
        stdin.write(next);
        stdin.flush();
        locked(() -> inputBytes -= next.length);
      }
    } catch (IOException e) {
      // A command may close its input before it has read all of it; what comes is dropped.
      locked(() -> {
        inputBroken = true;
        input.clear();
        inputBytes = 0;
      });
    }
  }

  private byte[] next() {
    lock.lock();
    try {
      return input.isEmpty() || killed ? new byte[0] : input.removeFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Takes input and gives output; waits as the request says while there is none. */
  ExecIo exchange(ExecIoRequest request) {
    exchange.lock();
    try {
      askedNanos = System.nanoTime();
      if (request.columns() > 0) {
        streams.terminal().ifPresent(t -> t.resize(request.columns(), request.rows()));
      }
      offer(request.input());
      if (request.closeInput()) {
        locked(() -> inputClosed = true);
      }
      long waitMs = Math.clamp(request.waitMs(), 0, Addresses.LONG_POLL_MS);
      awaitChange(() -> !out.isEmpty() || !err.isEmpty() || hasEnded(), Duration.ofMillis(waitMs));
      return collect();
    } finally {
      askedNanos = System.nanoTime();
      exchange.unlock();
    }
  }

  private void offer(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    // A command that does not read makes its caller wait, as a full pipe would.
    awaitChange(() -> inputBytes < INPUT_BYTES_SOFT || inputBroken || hasEnded(), INPUT_WAIT);
    lock.lock();
    try {
      if (inputBroken || inputClosed) {
        return;
      }
      if (inputBytes + bytes.length > INPUT_BYTES_MAX) {
        throw new FailureException(
            Failure.refused(
                FailureCode.BUSY,
                "the command does not read its input: " + inputBytes + " bytes are waiting",
                "give it less input, or a file inside the container"));
      }
      input.addLast(bytes.clone());
      inputBytes += bytes.length;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private ExecIo collect() {
    lock.lock();
    try {
      boolean over = hasEnded();
      byte[] stdout = out.take();
      byte[] stderr = err.take();
      changed.signalAll();
      Optional<Integer> code = over ? Optional.of(process.exitValue()) : Optional.empty();
      return new ExecIo(stdout, stderr, code);
    } finally {
      lock.unlock();
    }
  }

  private boolean hasEnded() {
    return out.hasEnded() && err.hasEnded() && !process.isAlive();
  }

  /** How long nobody has asked. */
  Duration idle() {
    return exchange.isLocked() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - askedNanos);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends the command and everything it has started. */
  void kill() {
    locked(() -> killed = true);
    ProcessTree.kill(process.toHandle());
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a condition over the guarded fields; without a limit when that is null. */
  private void awaitChange(BooleanSupplier condition, Duration limit) {
    lock.lock();
    try {
      long left = limit == null ? Long.MAX_VALUE : limit.toNanos();
      while (!condition.getAsBoolean() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
