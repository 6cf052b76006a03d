package io.nereid.nymph.criu;

import io.nereid.explain.Explainer;
import io.nereid.explain.Explanation;
import io.nereid.explain.LogText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The logs that CRIU leaves in its work directory. */
public final class CriuLog {
  private static final int KEPT_LOGS_MAX = 50;

  private CriuLog() {}

  /** What a log tells of a failure; a missing one tells of none. */
  public static Explanation explain(Path log) {
    try {
      return Explainer.explain(Files.isRegularFile(log) ? LogText.read(log) : List.of());
    } catch (IOException e) {
      return Explainer.explain(List.of());
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
