package io.nereid.nymph.postcopy;

import io.nereid.fault.FaultPoints;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The page feed as a program of its own: a daemon that is killed or replaced must not keep a
 * container at the target from its pages. Started before the freeze; told later in a file which
 * processes are frozen. It only reads: whatever becomes of it, the frozen copy stays as it is. Ends
 * when it is killed, or when the frozen processes are gone.
 */
public final class PageFeedProgram {
  /** Read by the program: host, port, secret, threads; a line each. */
  static final String CONFIG = "feed.config";

  /** Read by the program: the hashes of what was sent ahead. */
  static final String HASHES = "feed.hashes";

  /** Read by the program: the images' directory, then a process's two ids, a line each. */
  static final String GO = "feed.go";

  /** Written by the program when the target has let it in. */
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
    PageFeed feed =
        new PageFeed(
            () -> connect(host, port),
            Secret.parse(config.get(2)),
            LOG,
            () -> ProgramFiles.publish(directory, CONNECTED, ""));
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
    Path go = directory.resolve(GO);
    try (DirectoryWatch watch = DirectoryWatch.open(directory)) {
      if (!watch.await(directory, () -> Files.exists(go), GO_LIMIT)) {
        LOG.accept("nobody has frozen anything");
        System.exit(1);
      }
    }
    List<String> told = Files.readAllLines(go);
    Map<Integer, Integer> ids = new HashMap<>();
    for (String line : told.subList(1, told.size())) {
      String[] two = line.split(" ", 2);
      ids.put(Integer.parseInt(two[0]), Integer.parseInt(two[1]));
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("compare-", 0).factory());
    FrozenPages frozen = new FrozenPages(directory.resolve(HASHES), ids);
    feed.begin(
        new Frozen(frozen, FaultPoints.from(System.getenv())),
        RemotePages.outstanding(Path.of(told.getFirst())),
        pool,
        WINDOW * threads);
    ProgramFiles.publish(directory, OPEN, "");
    while (running.isAlive() && isThere(ids)) {
      running.join(LOOK_MS);
    }
    LOG.accept("the frozen processes are gone, or cannot be read");
    System.exit(running.isAlive() ? 0 : 1);
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
