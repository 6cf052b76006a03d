package io.nereid.fault;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is wanted from a file with the point's name. {@code hold}: a file POINT.reached
 * appears and the point waits until the first file is gone. {@code fail}: POINT.reached appears,
 * the first file goes, and the step fails, once.
 */
final class DirectoryFaultPoints implements FaultPoints {
  static final String VARIABLE = "NEREID_FAULT_DIR";
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryFaultPoints.class);
  private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();
  // Longer than any test waits; bounded, so that a forgotten file does not hold a daemon for good.
  private static final long HELD_NANOS_MAX = Duration.ofMinutes(2).toNanos();
  private final Path directory;

  DirectoryFaultPoints(Path directory) {
    this.directory = directory;
  }

  @Override
  public Map<String, String> environment() {
    return Map.of(VARIABLE, directory.toString());
  }

  @Override
  public void pass(String point) {
    Path wish = directory.resolve(point);
    try {
      String wanted = Files.readString(wish).strip();
      LOG.warn("test fault at {}: {}", point, wanted);
      switch (wanted) {
        case "hold" -> hold(wish);
        case "fail" -> fail(wish, point);
        default -> throw new IllegalStateException(wish + " must hold 'hold' or 'fail'");
      }
    } catch (NoSuchFileException e) {
      LOG.trace("no fault at {}", point);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void hold(Path wish) throws IOException {
    reached(wish);
    long until = System.nanoTime() + HELD_NANOS_MAX;
    while (Files.exists(wish) && System.nanoTime() < until) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static void fail(Path wish, String point) throws IOException {
    Files.delete(wish);
    reached(wish);
    throw new FailureException(
        Failure.of(FailureCode.RUNTIME_FAILED, "a test made " + point + " fail", ""));
  }

  private static void reached(Path wish) throws IOException {
    Files.writeString(wish.resolveSibling(wish.getFileName() + ".reached"), "");
  }
}
