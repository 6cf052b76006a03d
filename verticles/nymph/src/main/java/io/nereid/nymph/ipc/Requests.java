package io.nereid.nymph.ipc;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import io.nereid.protocol.message.JobMessages.CheckpointRequest;
import io.nereid.protocol.message.JobMessages.JobRequest;
import io.nereid.protocol.message.JobMessages.JobState;
import io.nereid.protocol.message.JobMessages.JobView;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a container asks for: the coordinator is asked as a person would ask it, about that
 * container and no other. Nothing is answered; how it ended is logged. Waits until it has ended.
 */
final class Requests implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  /** The container cannot ask again, because it does not learn that it was refused. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration FOLLOWED = Duration.ofHours(1);
  private static final Set<FailureCode> PASSING = Set.of(FailureCode.BUSY, FailureCode.NO_LEADER);
  private static final int PREFIX_MIN = 6;
  private final Coordinator coordinator;
  private final CountDownLatch closed = new CountDownLatch(1);

  Requests(Coordinator coordinator) {
    this.coordinator = coordinator;
  }

  void perform(Ear from, Message message) {
    try {
      switch (message) {
        case Message.Checkpoint checkpoint -> checkpoint(from, checkpoint);
        case Message.Migrate migrate -> migrate(from, migrate);
        case Message.Unknown unknown -> throw new IllegalArgumentException(unknown.why());
      }
    } catch (FailureException e) {
      refused(from, message, e.failure());
    }
  }

  private static void refused(Ear from, Message message, Failure failure) {
    LOG.warn(
        "what container {} asked for was not done: '{}': {}: {}; {}",
        from.name(),
        message,
        failure.code(),
        failure.message(),
        failure.remedy());
  }

  private void checkpoint(Ear from, Message.Checkpoint message) {
    LOG.info("container {} asks for a snapshot{}", from.name(), named(message.label()));
    JobView job =
        patiently(() ->
            coordinator.ask(
                Addresses.CHECKPOINT, new CheckpointRequest(from.id().value(), message.label())));
    long begun = System.nanoTime();
    while (job.state() == JobState.RUNNING && isWithin(FOLLOWED, begun)) {
      job = coordinator.ask(Addresses.JOB, new JobRequest(job.id(), Addresses.LONG_POLL_MS));
    }
    if (job.failure().isPresent()) {
      refused(from, message, job.failure().get());
    } else if (job.snapshot().isPresent()) {
      LOG.info("container {} has got its snapshot {}", from.name(), job.snapshot().get().id());
    }
  }

  private static String named(Optional<String> label) {
    return label.map(l -> " named '" + l + "'").orElse("");
  }

  private void migrate(Ear from, Message.Migrate message) {
    Optional<String> host = message.where().filter(where -> !isItself(from, where));
    LOG.info("container {} asks to go to {}", from.name(), host.orElse("another host"));
    MigrationView view =
        patiently(() ->
            coordinator.ask(
                Addresses.MIGRATE,
                new MigrateRequest(from.id().value(), host, MigrationOptions.DEFAULT)));
    long begun = System.nanoTime();
    while (!view.migration().phase().isFinal() && isWithin(FOLLOWED, begun)) {
      view =
          coordinator.ask(
              Addresses.MIGRATION,
              new MigrationRequest(view.migration().id(), view.version(), Addresses.LONG_POLL_MS));
    }
    Migration migration = view.migration();
    if (migration.phase() == Phase.SUCCEEDED) {
      LOG.info(
          "container {} has gone to {} by {}, as it asked",
          from.name(),
          migration.target(),
          migration.id());
    } else {
      migration.failure().ifPresent(failure -> refused(from, message, failure));
    }
  }

  /** A name of another container is no host, and is refused as such. */
  private static boolean isItself(Ear from, String where) {
    String id = from.id().value();
    return where.equals(from.name().value())
        || (where.length() >= PREFIX_MIN && id.startsWith(where));
  }

  private boolean isClosedWithin(Duration limit) {
    try {
      return closed.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Nothing is tried again any more. */
  @Override
  public void close() {
    closed.countDown();
  }

  private static boolean isWithin(Duration limit, long begun) {
    return System.nanoTime() - begun < limit.toNanos();
  }

  private <T> T patiently(Supplier<T> question) {
    long begun = System.nanoTime();
    while (true) {
      try {
        return question.get();
      } catch (FailureException e) {
        boolean passes = PASSING.contains(e.failure().code());
        if (!passes || !isWithin(PATIENCE, begun) || isClosedWithin(PAUSE)) {
          throw e;
        }
      }
    }
  }
}
