package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.MigrationText;
import java.io.PrintStream;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Watches one migration to its end; a daemon that is away for a while does not matter. */
final class MigrationFollower {
  private static final long POLL_MS = 2_000;
  private static final long AGAIN_MS = 300;
  private static final long OUTAGE_MS_MAX = 60_000;
  private static final long PLAIN_EVERY_MS = 2_000;
  private static final String ERASE_LINE = "\r\u001b[K";

  private static final Set<FailureCode> PASSING =
      Set.of(
          FailureCode.UNREACHABLE,
          FailureCode.CONNECTION_LOST,
          FailureCode.NO_LEADER,
          FailureCode.NODE_LOST,
          FailureCode.TIMEOUT);

  private final GatewayClient client;
  private final Shell shell;
  private final boolean quiet;
  private String shownPhase = "";
  private long shownAt;
  private boolean barShown;

  /**
   * A follower.
   *
   * @param quiet show nothing on the way
   */
  MigrationFollower(GatewayClient client, Shell shell, boolean quiet) {
    this.client = client;
    this.shell = shell;
    this.quiet = quiet;
  }

  /**
   * Returns the migration when it has ended.
   *
   * @param first the view that is known already
   */
  Doc follow(Doc first) throws InterruptedException {
    Doc view = first;
    String id = first.at("migration", "id").text();
    try (Interrupts interrupts = Interrupts.install(shell, () -> cancel(id))) {
      while (true) {
        Doc migration = view.at("migration");
        progress(migration);
        if (MigrationText.isFinal(migration)) {
          return migration;
        }
        view = next(id, view.at("version").number(0));
      }
    } finally {
      eraseBar();
    }
  }

  private Doc next(String id, long version) throws InterruptedException {
    String path =
        "/v1/migrations/" + GatewayClient.segment(id) + "?version=" + version + "&wait=" + POLL_MS;
    long since = System.nanoTime();
    while (true) {
      try {
        return client.get(path);
      } catch (FailureException e) {
        long outageMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        if (!PASSING.contains(e.failure().code()) || outageMs > OUTAGE_MS_MAX) {
          throw lost(id, e);
        }
        new CountDownLatch(1).await(AGAIN_MS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private static FailureException lost(String id, FailureException cause) {
    Failure failure = cause.failure();
    return new FailureException(
        Failure.unknown(
                failure.code(),
                "what became of migration " + id + " is not known: " + failure.message(),
                "it goes on without this command; ask again with 'nereid migrations " + id + "'")
            .withEvidence(failure.evidence()),
        cause);
  }

  private void cancel(String id) {
    String answer;
    try {
      client.post("/v1/migrations/" + GatewayClient.segment(id) + "/cancel", Map.of());
      answer = "asked to cancel; on its way back (again: leave it alone)";
    } catch (FailureException e) {
      answer = e.failure().message() + " (again: leave it alone)";
    }
    synchronized (this) {
      eraseBar();
      shell.err().println("nereid: " + answer);
      shell.err().flush();
    }
  }

  private synchronized void progress(Doc migration) {
    if (quiet) {
      return;
    }
    PrintStream out = shell.out();
    if (shell.terminal()) {
      if (!MigrationText.isFinal(migration)) {
        out.print(ERASE_LINE + MigrationText.bar(migration, shell.columns()));
        barShown = true;
      }
    } else {
      String phase = migration.at("phase").text();
      long now = System.nanoTime();
      boolean due = now - shownAt > TimeUnit.MILLISECONDS.toNanos(PLAIN_EVERY_MS);
      if (!phase.equals(shownPhase) || due) {
        out.println(MigrationText.plain(migration));
        shownPhase = phase;
        shownAt = now;
      }
    }
    out.flush();
  }

  private synchronized void eraseBar() {
    if (barShown) {
      shell.out().print(ERASE_LINE);
      shell.out().flush();
      barShown = false;
    }
  }
}
