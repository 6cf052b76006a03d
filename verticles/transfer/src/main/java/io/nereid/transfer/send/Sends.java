package io.nereid.transfer.send;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The sends that are under way: at most one for each migration. */
public final class Sends {
  private final SendContext context;
  private final Map<MigrationId, SendJob> running = new HashMap<>();

  public Sends(SendContext context) {
    this.context = context;
  }

  /** Blocks until the receiver has verified everything. */
  public SendReport send(SendRequest request, Consumer<Progress> progress) {
    SendJob job = new SendJob(context, request, new Meter(progress));
    synchronized (running) {
      if (running.putIfAbsent(request.migration(), job) != null) {
        throw new FailureException(
            Failure.refused(
                FailureCode.BUSY,
                "a set of migration " + request.migration() + " is being sent already",
                "wait for it or cancel it"));
      }
    }
    try {
      return job.run();
    } finally {
      synchronized (running) {
        running.remove(request.migration(), job);
      }
    }
  }

  /** Ends the send of a migration, if there is one. */
  public void cancel(MigrationId migration) {
    SendJob job;
    synchronized (running) {
      job = running.get(migration);
    }
    if (job != null) {
      job.cancel();
    }
  }

  /** Ends all sends. */
  public void cancelAll() {
    List<SendJob> all;
    synchronized (running) {
      all = List.copyOf(running.values());
    }
    all.forEach(SendJob::cancel);
  }
}
