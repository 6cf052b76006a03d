package io.nereid.nymph.postcopy;

import io.nereid.fault.FaultPoints;
import io.nereid.linux.Niceness;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.memory.FrozenPages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The page feed as a program of its own: a daemon that is killed or replaced must not keep a
 * container at the target from its pages. Started before the freeze; told later in a file which
 * processes are frozen. It only reads: whatever becomes of it, the frozen copy stays as it is. Ends
 * when it is killed, or when the frozen processes are gone.
 */
public final class PageFeedProgram {
  /**
   * Read by the program: host, port, secret, threads, their niceness, images to practise with; a
   * line each.
   */
  static final String CONFIG = "feed.config";

  /** Read by the program: the hashes of what was sent ahead. */
  static final String HASHES = "feed.hashes";

  /** Read by the program when they are frozen: a process's ids inside and here, a line each. */
  static final String FROZEN = "feed.frozen";

  /** Read by the program when they are dumped: the images' directory. */
  static final String GO = "feed.go";

  /** Written by the program when the target has let it in, and it is ready for the freeze. */
  static final String CONNECTED = "feed.connected";

  /** Written by the program when it has the frozen processes open. */
  static final String OPEN = "feed.open";

  private static final Duration GO_LIMIT = Duration.ofHours(1);
  private static final int CONNECT_LIMIT_MS = 2_000;
  private static final long LOOK_MS = 5_000;
  private static final int WINDOW = 3;

  private static final Said LOG = new Said(System.err);

  private PageFeedProgram() {}

  /** Runs it; the argument is the directory for the files by which it is talked to. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    List<String> config = Files.readAllLines(directory.resolve(CONFIG));
    String host = config.get(0);
    int port = Integer.parseInt(config.get(1));
    int threads = Integer.parseInt(config.get(3));
    CompletableFuture<Void> connected = new CompletableFuture<>();
    PageFeed feed =
        new PageFeed(
            () -> connect(host, port),
            Secret.parse(config.get(2)),
            LOG,
            () -> connected.complete(null));
    Thread running =
        Thread.ofPlatform()
            .name("feed")
            .start(() -> {
              try {
                feed.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (PageFeed.MemoryGoneException e) {
                LOG.accept(e.getMessage());
              }
            });
    // Also loads what is needed, before anybody waits for it.
    FrozenPages frozen = new FrozenPages(directory.resolve(HASHES));
    RemotePages.outstanding(Path.of(config.get(5)));
    connected.get(GO_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    ProgramFiles.publish(directory, CONNECTED, "");
    Map<Integer, Integer> ids = new HashMap<>();
    for (String line : awaited(directory, FROZEN)) {
      String[] two = line.split(" ", 2);
      ids.put(Integer.parseInt(two[0]), Integer.parseInt(two[1]));
    }
    frozen.open(ids);
    Path images = Path.of(awaited(directory, GO).getFirst());
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Niceness.threads("compare-", Integer.parseInt(config.get(4))));
    feed.begin(
        new Frozen(frozen, FaultPoints.from(System.getenv())),
        RemotePages.outstanding(images),
        pool,
        WINDOW * threads);
    ProgramFiles.publish(directory, OPEN, "");
    while (running.isAlive() && isThere(ids)) {
      running.join(LOOK_MS);
    }
    LOG.accept("the frozen processes are gone, or cannot be read");
    System.exit(running.isAlive() ? 0 : 1);
  }

  private static List<String> awaited(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    try (DirectoryWatch watch = DirectoryWatch.open(directory)) {
      if (!watch.await(directory, () -> Files.exists(file), GO_LIMIT)) {
        LOG.accept("nobody has frozen anything");
        System.exit(1);
      }
    }
    return Files.readAllLines(file);
  }

  private static Socket connect(String host, int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host, port), CONNECT_LIMIT_MS);
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static boolean isThere(Map<Integer, Integer> ids) {
    return ids.values().stream().anyMatch(pid -> Files.exists(Path.of("/proc", pid.toString())));
  }

  private record Frozen(FrozenPages pages, FaultPoints faults) implements PageFeed.Memory {
    private static final ThreadLocal<ByteBuffer> BUFFER =
        ThreadLocal.withInitial(() -> FrozenPages.buffer(Frame.CONTENT_PAGES_MAX));

    @Override
    public BitSet same(int process, long address, int count) throws IOException {
      if (count > 1) {
        faults.pass("feed.many");
      }
      return pages.same(process, address, count);
    }

    @Override
    public void read(int process, long address, int count, byte[] into) throws IOException {
      ByteBuffer buffer = BUFFER.get();
      pages.read(process, address, count, buffer);
      buffer.get(into, 0, buffer.remaining());
    }
  }
}
