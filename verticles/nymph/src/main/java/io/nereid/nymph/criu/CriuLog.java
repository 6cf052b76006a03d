package io.nereid.nymph.criu;

import io.nereid.explain.Explainer;
import io.nereid.explain.Explanation;
import io.nereid.explain.LogText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The logs that CRIU leaves in its work directory. */
public final class CriuLog {
  private static final int KEPT_LOGS_MAX = 50;
  private static final int LAST_BYTES = 16 * 1024;

  /** criu/page-xfer.c, criu/cr-dump.c upstream. */
  private static final List<String> NOBODY_FETCHES =
      List.of("Can't read pagemap from socket", "Lazy pages transfer FAILED", "Dumping FAILED");

  private CriuLog() {}

  /** What a log tells of a failure; a missing one tells of none. */
  public static Explanation explain(Path log) {
    try {
      return Explainer.explain(Files.isRegularFile(log) ? LogText.read(log) : List.of());
    } catch (IOException e) {
      return Explainer.explain(List.of());
    }
  }

  /**
   * Whether a dump without memory is complete: everything went well until CRIU turned to whoever
   * fetches the pages, and nothing else went wrong when it found nobody and let go.
   */
  static boolean leftMemoryOut(Path log) {
    List<String> lines;
    try {
      lines = lastLines(log);
    } catch (IOException e) {
      return false;
    }
    int turned = -1;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).endsWith("Starting lazy pages server")) {
        turned = i;
      }
    }
    return turned >= 0
        && lines.subList(turned, lines.size()).stream()
            .filter(line -> line.contains("Error ("))
            .allMatch(line -> NOBODY_FETCHES.stream().anyMatch(line::contains))
        && lines.getLast().contains("Dumping FAILED");
  }

  // Only the very end, because somebody is frozen meanwhile.
  private static List<String> lastLines(Path log) throws IOException {
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
      ByteBuffer end = ByteBuffer.allocate((int) Math.min(LAST_BYTES, file.size()));
      file.read(end, file.size() - end.capacity());
      return new String(end.array(), 0, end.position(), StandardCharsets.ISO_8859_1)
          .lines()
          .toList();
    }
  }

  /** Copies a log to where it outlives its work directory; the oldest kept ones go. */
  public static Optional<Path> keep(Path log, Path directory, String name) {
    if (!Files.isRegularFile(log)) {
      return Optional.empty();
    }
    try {
      Files.createDirectories(directory);
      Path kept = directory.resolve(name);
      Files.copy(log, kept, StandardCopyOption.REPLACE_EXISTING);
      List<Path> all = new ArrayList<>();
      try (Stream<Path> files = Files.list(directory)) {
        files.forEach(all::add);
      }
      all.sort(Comparator.comparing(CriuLog::modified));
      for (Path old : all.subList(0, Math.max(0, all.size() - KEPT_LOGS_MAX))) {
        Files.deleteIfExists(old);
      }
      return Optional.of(kept);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static long modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      return 0;
    }
  }
}
