package io.nereid.nymph.criu;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds in a log of CRIU what made it fail. The first line with "Error" is often a harmless one;
 * the cause is the last before the line that says that everything failed.
 */
public final class CriuLog {
  private static final int TAIL_BYTES_MAX = 512 * 1024;
  private static final int CONTEXT_LINES = 4;
  private static final int LINE_CHARACTERS_MAX = 300;
  private static final int KEPT_LOGS_MAX = 50;

  private CriuLog() {}

  /** What an excerpt tells. */
  public record Excerpt(String cause, List<String> lines) {
    /** There is no log. */
    public static final Excerpt NONE = new Excerpt("", List.of());
  }

  /** Reads the end of a log; a missing one has no cause. */
  public static Excerpt of(Path log) {
    List<String> lines;
    try {
      lines = tail(log);
    } catch (IOException e) {
      return Excerpt.NONE;
    }
    int last = -1;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      boolean summary =
          line.contains("Dumping FAILED")
              || line.contains("Restoring FAILED")
              || line.contains("cgroupd: recv req error");
      if (line.contains("Error (") && !summary && !line.contains("RLIMIT_NOFILE")) {
        last = i;
      }
    }
    if (last < 0) {
      return new Excerpt("", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }
    int from = Math.max(0, last - CONTEXT_LINES);
    return new Excerpt(
        message(lines.get(last)), lines.subList(from, Math.min(lines.size(), last + 3)));
  }

  /** The words after time and place in the source. */
  private static String message(String line) {
    int at = line.indexOf("): ", line.indexOf("Error ("));
    return (at < 0 ? line : line.substring(at + 3)).strip();
  }

  private static List<String> tail(Path log) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(0, file.length() - TAIL_BYTES_MAX);
      byte[] bytes = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8)
          .lines()
          .map(l -> l.length() <= LINE_CHARACTERS_MAX ? l : l.substring(0, LINE_CHARACTERS_MAX))
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
