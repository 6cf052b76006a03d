package io.nereid.nymph.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Small files with one number, as programs leave them that go into the background. */
public final class PidFile {
  private static final int BYTES_MAX = 64 * 1024;

  private PidFile() {}

  /** The number in a file; empty when there is none, or something else. */
  public static Optional<Integer> number(Path file) {
    try {
      if (Files.size(file) > BYTES_MAX) {
        return Optional.empty();
      }
      return Optional.of(Integer.parseInt(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * The process that a file names, while it runs. Process ids are used again, so the file alone
   * proves nothing: the command line has to tell, too.
   *
   * @param words all of which are in its command line
   */
  public static Optional<ProcessHandle> process(Path file, List<String> words) {
    return number(file)
        .flatMap(ProcessHandle::of)
        .filter(ProcessHandle::isAlive)
        .filter(process -> hasWords(process, words));
  }

  /**
   * Kills the process that a file names, as {@link #process} says, and waits for its end.
   *
   * @param limit for the wait
   */
  public static void kill(Path file, List<String> words, Duration limit) {
    process(file, words)
        .ifPresent(process -> {
          CompletableFuture<ProcessHandle> end = process.onExit();
          process.destroyForcibly();
          end.completeOnTimeout(process, limit.toMillis(), TimeUnit.MILLISECONDS).join();
        });
  }

  /**
   * Whether nothing runs under the number in a file that was written a moment ago. Says so of no
   * program that is just beginning, which has no command line for an instant.
   */
  public static boolean hasEnded(Path file) {
    return number(file).flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive).isEmpty();
  }

  private static boolean hasWords(ProcessHandle process, List<String> words) {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
      return words.stream().allMatch(line::contains);
    } catch (IOException e) {
      return false;
    }
  }
}
