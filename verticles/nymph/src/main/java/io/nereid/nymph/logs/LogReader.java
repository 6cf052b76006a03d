package io.nereid.nymph.logs;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.container.ContainerStore;
import io.nereid.nymph.container.ContainerView;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.NymphMessages;
import io.nereid.protocol.message.NymphMessages.LogChunk;
import io.nereid.protocol.message.NymphMessages.LogLine;
import io.nereid.protocol.message.NymphMessages.LogsRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions about logs. A position is a byte offset in the file, which moves along with the
 * container, so it stays valid. Blocks, also while waiting for something new.
 */
public final class LogReader {
  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
  private static final int TAIL_LINES_MAX = 100_000;
  private final ContainerStore store;
  private final ContainerView view;
  private final HostPaths paths;
  private final DirectoryWatch watch;

  public LogReader(
      ContainerStore store, ContainerView view, HostPaths paths, DirectoryWatch watch) {
    this.store = store;
    this.view = view;
    this.paths = paths;
    this.watch = watch;
  }

  /** Reads, and waits when there is nothing; NOT_FOUND, BAD_REQUEST. */
  public LogChunk read(LogsRequest request) {
    ContainerRecord record = store.get(request.id());
    check(request);
    if (record.stage() == ContainerRecord.Stage.ARRIVING) {
      // Its log is still on the way, and shorter than what has been read where it came from.
      return new LogChunk(List.of(), request.cursor(), false);
    }
    Path file = paths.container(request.id()).log();
    LogChunk chunk = look(file, request);
    if (!chunk.lines().isEmpty() || chunk.end() || request.waitMs() == 0) {
      return chunk;
    }
    long known = chunk.nextCursor();
    await(file, () -> size(file) > known || isEnded(request), request.waitMs());
    LogsRequest rest =
        new LogsRequest(request.id(), known, -1, request.sinceEpochMs(), request.bytesMax(), 0);
    return look(file, rest);
  }

  private void await(Path file, BooleanSupplier condition, long waitMs) {
    Duration limit = Duration.ofMillis(Math.min(waitMs, Addresses.LONG_POLL_MS));
    Path directory = file.getParent();
    try {
      watch.await(Files.isDirectory(directory) ? directory : paths.exits(), condition, limit);
    } catch (UncheckedIOException e) {
      // The directory went between the look and the wait: the next look tells what became of it.
      LOG.debug("not waiting for {}: {}", file, e.getMessage());
    }
  }

  private static void check(LogsRequest request) {
    if (request.cursor() < 0 || request.tail() > TAIL_LINES_MAX || request.waitMs() < 0) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "a position of "
                  + request.cursor()
                  + " or the last "
                  + request.tail()
                  + " lines cannot be read",
              "positions begin at 0, and at most " + TAIL_LINES_MAX + " last lines are given"));
    }
  }

  private LogChunk look(Path file, LogsRequest request) {
    // Asked first: what was written before the end is then certainly in the file.
    boolean ended = isEnded(request);
    int bytesMax = Math.clamp(request.bytesMax(), 1, NymphMessages.CHUNK_BYTES_MAX);
    try (LogFile log = LogFile.open(file)) {
      long at = begin(log, request);
      while (true) {
        LogFile.Piece piece = log.read(at, bytesMax);
        List<LogLine> wanted =
            piece.lines().stream().filter(l -> isWanted(l, request.sinceEpochMs())).toList();
        // An empty answer means that there is nothing more, so what is too old is passed over here.
        if (!wanted.isEmpty() || piece.lines().isEmpty()) {
          boolean end = ended && piece.lines().isEmpty();
          return new LogChunk(wanted, piece.next(), end);
        }
        at = piece.next();
      }
    } catch (NoSuchFileException e) {
      return new LogChunk(List.of(), request.cursor(), ended);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  private static long begin(LogFile log, LogsRequest request) throws IOException {
    long begin =
        request.tail() >= 0 ? log.tail(request.tail()) : Math.min(request.cursor(), log.size());
    if (request.sinceEpochMs() > 0 && begin == 0) {
      return log.since(Instant.ofEpochMilli(request.sinceEpochMs()));
    }
    return begin;
  }

  private static boolean isWanted(LogLine line, long sinceEpochMs) {
    return sinceEpochMs <= 0
        || LogLines.time(line).map(t -> t.toEpochMilli() >= sinceEpochMs).orElse(true);
  }

  private boolean isEnded(LogsRequest request) {
    return store
        .find(request.id())
        .map(r ->
            r.hold().isEmpty()
                && r.finished().isPresent()
                && view.state(r) == ContainerState.STOPPED)
        .orElse(true);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
