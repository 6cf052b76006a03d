package io.nereid.nymph.pages;

import io.nereid.nymph.criu.image.PageChain;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.postcopy.ProgramFiles;
import io.nereid.nymph.postcopy.RemoteSupply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The page server as a program of its own: a daemon that is killed or replaced must not take the
 * memory of a running container with it. Started early, in a network namespace that it shares with
 * CRIU's lazy-pages daemon only, so that nobody else can ask for pages; told later in a file where
 * the images are, and whether pages are still to come from the source. Ends when everything was
 * fetched, or when nobody came.
 */
public final class PageServerProgram {
  /** Written by the program: the port at which it listens. */
  static final String PORT = "pages.port";

  /** Read by the program: image directories, the newest first, a line each. */
  static final String IMAGES = "pages.images";

  /**
   * Read by the program, before {@link #IMAGES} and if it comes: those of its directories that are
   * there already, so that only the others are left to be read when a container waits.
   */
  static final String AHEAD = "pages.ahead";

  /** Written by the program when all files are open. */
  static final String READY = "pages.ready";

  /** Written by the program when the other side has said that it needs nothing more. */
  static final String DONE = "pages.done";

  /**
   * Read by the program, before {@link #IMAGES}: the images whose pages are still to come from the
   * source, where the others were sent ahead.
   */
  static final String REMOTE = "pages.remote";

  private static final Duration TOLD_LIMIT = Duration.ofHours(1);
  private static final Duration CONNECT_LIMIT = Duration.ofMinutes(10);
  private static final int DIRECTORIES_MAX = 16;

  private PageServerProgram() {}

  /**
   * Runs it; the arguments are the directory for the files by which it is talked to and, if the
   * source may be asked for pages, the network namespace and the address at which it comes in.
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    if (arguments.length == 1) {
      run(directory, null);
      return;
    }
    try (RemoteSupply remote =
        RemoteSupply.listen(
            directory, Path.of(arguments[1]), InetAddress.getByName(arguments[2]))) {
      run(directory, remote);
    }
  }

  private static void run(Path directory, RemoteSupply remote) throws IOException {
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
      ProgramFiles.publish(directory, PORT, Integer.toString(port));
      Optional<PageChain> told = open(directory);
      if (told.isEmpty()) {
        return;
      }
      try (PageChain chain = told.get()) {
        PageSupply supply = supply(directory, remote, chain);
        ProgramFiles.publish(directory, READY, "");
        ProgramFiles.publish(directory, DONE, serve(listening, supply) + " pages");
      }
    }
  }

  /** What it is told to open; empty when it is told nothing for too long. */
  private static Optional<PageChain> open(Path directory) throws IOException {
    Path told = directory.resolve(IMAGES);
    Path ahead = directory.resolve(AHEAD);
    List<Path> early = List.of();
    PageChain older = PageChain.open(early);
    try (DirectoryWatch watch = DirectoryWatch.open(directory)) {
      watch.await(directory, () -> Files.exists(ahead) || Files.exists(told), TOLD_LIMIT);
      if (Files.exists(ahead)) {
        early = directories(ahead);
        older = PageChain.open(early);
      }
      if (!watch.await(directory, () -> Files.exists(told), TOLD_LIMIT)) {
        older.close();
        return Optional.empty();
      }
    }
    List<Path> images = directories(told);
    int newer = images.size() - early.size();
    if (newer < 0 || !images.subList(newer, images.size()).equals(early)) {
      older.close();
      return Optional.of(PageChain.open(images));
    }
    return Optional.of(PageChain.open(images.subList(0, newer), older));
  }

  private static List<Path> directories(Path file) throws IOException {
    List<Path> all =
        Files.readAllLines(file).stream().filter(line -> !line.isEmpty()).map(Path::of).toList();
    if (all.size() > DIRECTORIES_MAX) {
      throw new IOException(all.size() + " image directories are too many");
    }
    return all;
  }

  private static PageSupply supply(Path directory, RemoteSupply remote, PageChain chain)
      throws IOException {
    Path told = directory.resolve(REMOTE);
    if (!Files.exists(told)) {
      if (remote != null) {
        remote.close();
      }
      return PageSupply.of(chain);
    }
    if (remote == null) {
      throw new IOException("pages are to come from the source, and it was not listened for");
    }
    remote.bring(Path.of(Files.readString(told).strip()), chain);
    return new PageSupply() {
      @Override
      public void wanted(long process, long address, long pages) {
        remote.wanted(process, address, pages);
      }

      @Override
      public void noMore() {
        remote.noMore();
      }

      @Override
      public List<PageChain.Piece> find(long process, long address, long pages) throws IOException {
        return remote.await(process, address, pages);
      }
    };
  }

  private static long serve(ServerSocketChannel listening, PageSupply supply) throws IOException {
    try (SocketChannel peer = accept(listening)) {
      peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
      PageServer server = new PageServer(supply);
      server.serve(peer);
      return server.served();
    }
  }

  private static SocketChannel accept(ServerSocketChannel listening) throws IOException {
    try (Selector selector = Selector.open()) {
      listening.configureBlocking(false);
      listening.register(selector, SelectionKey.OP_ACCEPT);
      selector.select(CONNECT_LIMIT.toMillis());
      SocketChannel peer = listening.accept();
      if (peer == null) {
        throw new IOException("nobody has asked for pages");
      }
      peer.configureBlocking(true);
      return peer;
    }
  }
}
