package io.nereid.nymph.postcopy;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.port.PageTicket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** By which the daemon at the source talks to the page feed. */
public final class FeedFiles {
  private FeedFiles() {}

  /** Where the hashes of what was sent ahead have to be. */
  public static Path hashes(Path directory) {
    return directory.resolve(PageFeedProgram.HASHES);
  }

  /** Says where the target is. */
  public static void configure(Path directory, PageTicket ticket, int threads) {
    ProgramFiles.publish(
        directory,
        PageFeedProgram.CONFIG,
        ticket.host() + "\n" + ticket.port() + "\n" + ticket.secret() + "\n" + threads);
  }

  /** Whether the target has let it in. */
  public static boolean isConnected(Path directory) {
    return Files.exists(directory.resolve(PageFeedProgram.CONNECTED));
  }

  /**
   * Says what is frozen.
   *
   * @param images of CRIU
   * @param ids of the processes on this host by those inside
   */
  public static void go(Path directory, Path images, Map<Integer, Integer> ids) {
    String lines =
        ids.entrySet().stream()
            .map(e -> "\n" + e.getKey() + " " + e.getValue())
            .collect(Collectors.joining());
    ProgramFiles.publish(directory, PageFeedProgram.GO, images + lines);
  }

  /** Whether it has what is frozen open. */
  public static boolean isOpen(Path directory) {
    return Files.exists(directory.resolve(PageFeedProgram.OPEN));
  }

  /** How much the images leave for later. */
  public static long laterBytes(Path images) throws IOException {
    return RemotePages.outstanding(images).stream()
        .mapToLong(run -> run.pages() * PagemapFile.PAGE_BYTES)
        .sum();
  }
}
