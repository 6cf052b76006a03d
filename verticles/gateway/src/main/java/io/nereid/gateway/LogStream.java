package io.nereid.gateway;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.nereid.protocol.message.NymphMessages.LogChunk;
import io.nereid.protocol.message.NymphMessages.LogLine;
import io.nereid.protocol.message.NymphMessages.LogsRequest;
import io.nereid.protocol.message.NymphMessages.Stream;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The log of one container, wherever it goes: when its host does not have it any more, it is looked
 * up again and read on from the same position.
 */
final class LogStream {
  private static final int CHUNK_BYTES = 128 * 1024;
  private static final long OUTAGE_MS_MAX = 60_000;
  private static final long NOT_FOUND_MS_MAX = 3_000;
  private static final long AGAIN_MS = 200;

  /** What a host answers, or does not, when the container has moved or the host is away. */
  private static final Set<FailureCode> MAY_HAVE_MOVED =
      Set.of(
          FailureCode.NOT_FOUND,
          FailureCode.NODE_LOST,
          FailureCode.NO_LEADER,
          FailureCode.TIMEOUT,
          FailureCode.CONNECTION_LOST,
          FailureCode.UNREACHABLE);

  /**
   * What is wanted.
   *
   * @param tail lines before the end to begin with; -1: at the cursor
   */
  record Wish(boolean follow, long cursor, int tail, long sinceEpochMs) {}

  /** One line of output. */
  record Line(String type, String time, Stream stream, String text, boolean partial) {
    static Line of(LogLine line) {
      return new Line("line", line.time(), line.stream(), line.text(), line.partial());
    }
  }

  /** Where to go on reading; also shows that the stream is alive. */
  record Position(String type, long cursor, boolean end) {}

  private final Questions questions;
  private final Wish wish;
  private final LineStream out;
  private final ContainerId id;
  private NodeId owner;
  private long cursor;
  private int tail;
  private long troubleSince;

  LogStream(Questions questions, Location location, Wish wish, LineStream out) {
    this.questions = questions;
    this.wish = wish;
    this.out = out;
    this.id = location.status().id();
    this.owner = location.owner();
    this.cursor = wish.cursor();
    this.tail = wish.tail();
  }

  /** Returns when there is nothing more to come; throws when that cannot be told. */
  void run() {
    boolean more = true;
    while (more && out.isOpen()) {
      try {
        more = step();
        troubleSince = 0;
      } catch (FailureException e) {
        lookAgain(e);
      }
    }
  }

  private boolean step() {
    long waitMs = wish.follow() ? Addresses.LONG_POLL_MS : 0;
    LogsRequest request =
        new LogsRequest(id, cursor, tail, wish.sinceEpochMs(), CHUNK_BYTES, waitMs);
    LogChunk chunk = questions.bus().askAndWait(Addresses.LOGS.at(owner), request);
    for (LogLine line : chunk.lines()) {
      out.line(Line.of(line));
    }
    tail = -1;
    cursor = chunk.nextCursor();
    boolean over = chunk.end() && isOver();
    out.line(new Position("cursor", cursor, over));
    return !over && (wish.follow() || !chunk.lines().isEmpty());
  }

  /** A copy that has ended because the container moved away is not the end of the container. */
  private boolean isOver() {
    if (!wish.follow()) {
      return true;
    }
    Location now = locate();
    boolean sameHost = now.owner().equals(owner);
    owner = now.owner();
    return sameHost
        && (now.status().state() == ContainerState.STOPPED
            || now.status().state() == ContainerState.CREATED);
  }

  private void lookAgain(FailureException failure) {
    FailureCode code = failure.failure().code();
    if (!wish.follow() || !MAY_HAVE_MOVED.contains(code)) {
      throw failure;
    }
    long now = System.nanoTime();
    troubleSince = troubleSince == 0 ? now : troubleSince;
    long troubleMs = TimeUnit.NANOSECONDS.toMillis(now - troubleSince);
    if (troubleMs > OUTAGE_MS_MAX
        || (code == FailureCode.NOT_FOUND && troubleMs > NOT_FOUND_MS_MAX)) {
      throw failure;
    }
    out.pause(AGAIN_MS);
    try {
      owner = locate().owner();
    } catch (FailureException e) {
      // Asked again after the next attempt; its patience is limited above.
      out.line(new Position("cursor", cursor, false));
    }
  }

  private Location locate() {
    return questions.bus().askAndWait(Addresses.LOCATE, new LocateRequest(id.value()));
  }
}
