package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.RandomHex;
import io.nereid.linux.MountSafe;
import io.nereid.port.Loan;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SetLabel;
import io.nereid.transfer.store.PrivateDirs;
import io.nereid.transfer.tree.DiskFailures;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All receiving sessions. They do not survive a restart: what they staged is removed then. */
public final class Sessions {
  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  /** Sessions at the same time. */
  static final int SESSIONS_MAX = 64;

  /** A session in which nothing happens for this long is closed. */
  static final long IDLE_MAX_MS = TimeUnit.HOURS.toMillis(2);

  private static final int TOKEN_BYTES = 32;

  private final Path dir;
  private final ReceiveContext context;
  private final Map<MigrationId, Opened> open = new HashMap<>();

  private record Opened(Session session, String token) {}

  /** Opens the directory of sessions and removes what an earlier run left there. */
  public Sessions(Path dir, ReceiveContext context) throws IOException {
    this.dir = PrivateDirs.make(dir);
    this.context = context;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(dir)) {
      for (Path leftover : all) {
        log.info("removing {}, left by an earlier run", leftover);
        MountSafe.delete(leftover);
      }
    }
  }

  /** Opens a session, or returns the token of the one that is open. */
  public synchronized String open(ReceiveRequest request) {
    Opened before = open.get(request.migration());
    if (before != null) {
      if (!before.session.request().container().equals(request.container())) {
        throw new FailureException(
            Failure.refused(
                FailureCode.PROTOCOL,
                "migration " + request.migration() + " receives another container",
                ""));
      }
      return before.token;
    }
    if (open.size() >= SESSIONS_MAX) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY,
              "this host receives " + SESSIONS_MAX + " containers already",
              "wait until some have arrived"));
    }
    try {
      Path own = PrivateDirs.make(dir.resolve(request.migration().value()));
      String token = RandomHex.ofBytes(TOKEN_BYTES);
      open.put(request.migration(), new Opened(new Session(request, token, own, context), token));
      return token;
    } catch (IOException e) {
      throw DiskFailures.of("opening a transfer", dir, e);
    }
  }

  /** The session that the credentials belong to; empty tells nothing about why. */
  Optional<Session> find(String migration, String token) {
    MigrationId id;
    try {
      id = new MigrationId(migration);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    Opened found;
    synchronized (this) {
      found = open.get(id);
    }
    return found != null && found.session.isToken(token)
        ? Optional.of(found.session)
        : Optional.empty();
  }

  /** A complete set. */
  public ReceivedSet received(MigrationId migration, SetLabel label) {
    Opened found = opened(migration);
    return found
        .session
        .received(label)
        .orElseThrow(() ->
            new FailureException(
                found
                    .session
                    .failure()
                    .orElse(
                        Failure.refused(
                            FailureCode.PROTOCOL,
                            "the " + label + " set of " + migration + " is not complete",
                            ""))));
  }

  /** The complete sets of its rounds, the oldest first. */
  public List<ReceivedSet> rounds(MigrationId migration) {
    return opened(migration).session.rounds();
  }

  /** Has other hosts help a session. */
  public void help(MigrationId migration, List<Loan> loans) {
    opened(migration).session.help(loans);
  }

  /** Bytes of content that each of them has given. */
  public Map<NodeId, Long> helped(MigrationId migration) {
    return opened(migration).session.borrowed();
  }

  private Opened opened(MigrationId migration) {
    Opened found;
    synchronized (this) {
      found = open.get(migration);
    }
    if (found == null) {
      throw new FailureException(
          Failure.refused(
              FailureCode.PROTOCOL,
              "no transfer of " + migration + " is open at this host",
              "the host may have been restarted; start the migration again"));
    }
    found.session.touch();
    return found;
  }

  /** Ends a session; blocks until what it staged is gone. */
  public void close(MigrationId migration) {
    Opened found;
    synchronized (this) {
      found = open.remove(migration);
    }
    if (found != null) {
      found.session.close();
    }
  }

  /** Closes what has been idle for too long; blocks. */
  public void expire() {
    List<MigrationId> idle;
    synchronized (this) {
      idle =
          open.entrySet().stream()
              .filter(e ->
                  TimeUnit.NANOSECONDS.toMillis(e.getValue().session.idleNanos()) > IDLE_MAX_MS)
              .map(Map.Entry::getKey)
              .toList();
    }
    for (MigrationId migration : idle) {
      log.warn("transfer {} is closed: nothing has happened for {} ms", migration, IDLE_MAX_MS);
      close(migration);
    }
  }

  /** Closes all; blocks. */
  public void closeAll() {
    List<MigrationId> all;
    synchronized (this) {
      all = List.copyOf(open.keySet());
    }
    all.forEach(this::close);
  }
}
