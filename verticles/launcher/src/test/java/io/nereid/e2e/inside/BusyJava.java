package io.nereid.e2e.inside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A JVM at work: platform and virtual threads, a heap that is collected all the time, memory
 * outside of it and a mapped file. Says on request whether all of it is whole.
 */
public final class BusyJava {
  private static final int PORT = 7000;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int BLOCKS = 24;
  private static final long BEAT_NANOS = 2_000_000;
  private static final long PATIENCE_NANOS = 10_000_000_000L;
  private final List<byte[]> heap = new ArrayList<>();
  private final ByteBuffer outside = ByteBuffer.allocateDirect(BLOCK_BYTES);
  private final MappedByteBuffer file;
  private final List<AtomicLong> beats = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();

  private BusyJava(Path mapped) throws IOException {
    for (int seed = 0; seed < BLOCKS; seed++) {
      heap.add(content(seed));
    }
    outside.put(content(BLOCKS));
    try (FileChannel channel =
        FileChannel.open(
            mapped, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      file = channel.map(FileChannel.MapMode.READ_WRITE, 0, BLOCK_BYTES);
    }
    file.put(0, content(BLOCKS + 1));
  }

  /** Serves until it is killed. */
  public static void main(String[] args) throws IOException {
    BusyJava busy = new BusyJava(Path.of(args[0]));
    for (int i = 0; i < 4; i++) {
      AtomicLong beat = new AtomicLong();
      busy.beats.add(beat);
      Thread.Builder builder = i % 2 == 0 ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
      builder.start(() -> busy.work(beat));
    }
    try (ServerSocket server = new ServerSocket(PORT)) {
      while (true) {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> busy.serve(client));
      }
    }
  }

  private static byte[] content(long seed) {
    byte[] content = new byte[BLOCK_BYTES];
    new Random(seed).nextBytes(content);
    return content;
  }

  /** Makes garbage, and looks at it before it becomes that. */
  private void work(AtomicLong beat) {
    while (true) {
      byte[] fresh = new byte[64 * 1024];
      byte mark = (byte) beat.incrementAndGet();
      Arrays.fill(fresh, mark);
      LockSupport.parkNanos(BEAT_NANOS);
      if (fresh[0] != mark || fresh[fresh.length - 1] != mark) {
        problems.add("an array has changed");
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
      while (in.readLine() != null) {
        client.getOutputStream().write((check() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String check() {
    for (int seed = 0; seed < BLOCKS; seed++) {
      expect("the heap", heap.get(seed), seed);
    }
    byte[] copy = new byte[BLOCK_BYTES];
    outside.get(0, copy);
    expect("memory outside the heap", copy, BLOCKS);
    file.get(0, copy);
    expect("the mapped file", copy, BLOCKS + 1);
    List<Long> before = beats.stream().map(AtomicLong::get).toList();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (standing(before).isPresent() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(BEAT_NANOS);
    }
    standing(before).ifPresent(problems::add);
    return problems.isEmpty()
        ? "ok " + beats.getFirst().get()
        : "bad " + String.join("; ", problems);
  }

  private Optional<String> standing(List<Long> before) {
    for (int i = 0; i < beats.size(); i++) {
      if (beats.get(i).get() <= before.get(i)) {
        return Optional.of("thread " + i + " stands still");
      }
    }
    return Optional.empty();
  }

  private void expect(String what, byte[] found, long seed) {
    if (!Arrays.equals(found, content(seed))) {
      problems.add(what + " has changed");
    }
  }
}
