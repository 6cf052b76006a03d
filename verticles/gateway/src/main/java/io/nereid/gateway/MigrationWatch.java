package io.nereid.gateway;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.MigrationRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import io.vertx.core.Future;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Waits for changes of a migration; reading is safe to repeat, whatever became of the question. */
final class MigrationWatch {
  private static final long OUTAGE_MS_MAX = 60_000;
  private static final long AGAIN_MS = 200;

  /** What happens while another coordinator takes over. */
  private static final Set<FailureCode> MAY_COME_BACK =
      Set.of(FailureCode.NO_LEADER, FailureCode.TIMEOUT, FailureCode.NODE_LOST);

  private final Questions questions;

  MigrationWatch(Questions questions) {
    this.questions = questions;
  }

  /** Waits at most waitMs until it differs from the known version; then says how it stands. */
  Future<MigrationView> change(MigrationId id, long knownVersion, long waitMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    return change(id, knownVersion, deadline, waitMs);
  }

  private Future<MigrationView> change(
      MigrationId id, long knownVersion, long deadline, long leftMs) {
    long pollMs = Math.clamp(leftMs, 0, Addresses.LONG_POLL_MS);
    return questions
        .ask(Addresses.MIGRATION, new MigrationRequest(id, knownVersion, pollMs))
        .compose(view -> {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          return view.version() != knownVersion || left <= 0
              ? Future.succeededFuture(view)
              : change(id, knownVersion, deadline, left);
        });
  }

  /** Sends every change as a line until the migration has ended. */
  void stream(MigrationId id, LineStream out) {
    long version = -1;
    long troubleSince = 0;
    while (out.isOpen()) {
      try {
        MigrationView view =
            questions
                .bus()
                .askAndWait(
                    Addresses.MIGRATION, new MigrationRequest(id, version, Addresses.LONG_POLL_MS));
        troubleSince = 0;
        version = view.version();
        out.line(view);
        if (view.migration().phase().isFinal()) {
          return;
        }
      } catch (FailureException e) {
        troubleSince = troubleSince == 0 ? System.nanoTime() : troubleSince;
        long troubleMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - troubleSince);
        if (!mayComeBack(e) || troubleMs > OUTAGE_MS_MAX) {
          throw e;
        }
        out.pause(AGAIN_MS);
      }
    }
  }

  private static boolean mayComeBack(FailureException e) {
    return MAY_COME_BACK.contains(e.failure().code())
        && e.failure().certainty() != Certainty.RAN_AND_FAILED;
  }
}
