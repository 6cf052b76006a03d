package io.nereid.nymph.postcopy;

import io.nereid.nymph.criu.image.PageChain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The target's pages for one container, some of which are still at the source. Made before it is
 * known whether there will be any. Thread-safe.
 */
public final class RemoteSupply implements AutoCloseable {
  /** File with port and secret, a line each. */
  public static final String TICKET = "pages.ticket";

  /** File with counts of pages: all, known, arrived, asked for. */
  public static final String PROGRESS = "pages.progress";

  private static final long PROGRESS_MS = 300;
  private final Path directory;
  private final FeedServer server;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("progress").factory());
  private RemotePages pages;
  private RemotePages.Count last;

  private RemoteSupply(Path directory, FeedServer server) {
    this.directory = directory;
    this.server = server;
  }

  /**
   * Listens for the source.
   *
   * @param directory for the file {@value #TICKET} and what arrives
   * @param namespace file of the network namespace in which the source is reached
   */
  public static RemoteSupply listen(Path directory, Path namespace, InetAddress at)
      throws IOException {
    ServerSocket listening = HostNetwork.listen(namespace, at);
    Secret secret = Secret.random();
    FeedServer server = new FeedServer(listening, secret, new Said(System.err));
    server.start();
    ProgramFiles.publish(directory, TICKET, listening.getLocalPort() + "\n" + secret.text());
    return new RemoteSupply(directory, server);
  }

  /**
   * Has all pages brought that the images leave to be brought.
   *
   * @param ahead what was sent ahead
   */
  public void bring(Path images, PageChain ahead) throws IOException {
    pages = new RemotePages(images, ahead, directory.resolve("pages.arrived"));
    tell();
    server.bring(pages);
    clock.scheduleWithFixedDelay(this::tell, PROGRESS_MS, PROGRESS_MS, TimeUnit.MILLISECONDS);
  }

  private void tell() {
    RemotePages.Count now = pages.count();
    if (!now.equals(last)) {
      last = now;
      ProgramFiles.publish(
          directory,
          PROGRESS,
          "%d %d %d %d".formatted(now.total(), now.known(), now.arrived(), now.onDemand()));
    }
  }

  /** Somebody will wait for these pages. */
  public void wanted(long process, long address, long count) {
    server.ask((int) process, address, count);
  }

  /** Where pages are; waits until that is known. */
  public List<PageChain.Piece> await(long process, long address, long count) throws IOException {
    return pages.await((int) process, address, count);
  }

  /** Whoever waits gets an error. */
  public void noMore() {
    pages.noMore();
  }

  /** Nothing is wanted any more. */
  @Override
  public void close() {
    clock.shutdownNow();
    server.close();
    if (pages != null) {
      tell();
      pages.close();
    }
  }
}
