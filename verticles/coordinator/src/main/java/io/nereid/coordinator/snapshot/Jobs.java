package io.nereid.coordinator.snapshot;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.JobId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotCheck;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.JobMessages.JobRequest;
import io.nereid.protocol.message.JobMessages.JobState;
import io.nereid.protocol.message.JobMessages.JobView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What takes a while and was asked for by a person; in memory only. Thread-safe. */
public final class Jobs {
  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
  private static final int JOBS_MAX = 500;

  /** What a job brought. */
  public record Outcome(
      Optional<Snapshot> snapshot, Optional<Location> container, Optional<SnapshotCheck> check) {
    /** The same of a job that has verified nothing. */
    public Outcome(Optional<Snapshot> snapshot, Optional<Location> container) {
      this(snapshot, container, Optional.empty());
    }
  }

  /** A job's work, which blocks; tells its progress now and then. */
  public interface Work {
    /** Throws a {@link FailureException} when it has failed. */
    Outcome perform(Consumer<Progress> told);
  }

  private static final class Job {
    private final JobId id = JobId.random();
    private final String what;
    private final Optional<Snapshot> about;
    private final CompletableFuture<JobView> end = new CompletableFuture<>();
    private volatile Progress progress = Progress.NONE;

    Job(String what, Optional<Snapshot> about) {
      this.what = what;
      this.about = about;
    }

    JobView running() {
      return new JobView(
          id,
          what,
          JobState.RUNNING,
          progress,
          about,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    JobView done(Outcome outcome) {
      return new JobView(
          id,
          what,
          JobState.DONE,
          progress,
          outcome.snapshot().or(() -> about),
          outcome.container(),
          Optional.empty(),
          outcome.check());
    }

    JobView failed(Failure failure) {
      return new JobView(
          id,
          what,
          JobState.FAILED,
          progress,
          about,
          Optional.empty(),
          Optional.of(failure),
          Optional.empty());
    }
  }

  private final Map<JobId, Job> jobs = new LinkedHashMap<>();

  /**
   * Begins one.
   *
   * @param what for people
   * @param about the snapshot, when it is known
   */
  public JobView begin(String what, Optional<Snapshot> about, Work work) {
    Job job = new Job(what, about);
    synchronized (jobs) {
      while (jobs.size() >= JOBS_MAX) {
        jobs.remove(jobs.keySet().iterator().next());
      }
      jobs.put(job.id, job);
    }
    Thread.ofVirtual().name(job.id.value()).start(() -> run(job, work));
    return job.running();
  }

  private static void run(Job job, Work work) {
    try {
      job.end.complete(job.done(work.perform(p -> job.progress = p)));
    } catch (RuntimeException | Error e) {
      Failure failure = FailureException.failureOf(e);
      if (failure.code() == FailureCode.INTERNAL) {
        LOG.error("{} ({}) failed unexpectedly", job.id, job.what, e);
      }
      job.end.complete(job.failed(failure));
    }
  }

  /** Snapshots that those under way are about. */
  public Set<SnapshotId> inUse() {
    synchronized (jobs) {
      return jobs.values().stream()
          .filter(job -> !job.end.isDone())
          .flatMap(job -> job.about.stream())
          .map(Snapshot::id)
          .collect(Collectors.toSet());
    }
  }

  /** One as it stands; waits for its end when asked to. */
  public JobView show(JobRequest request) {
    Job job;
    synchronized (jobs) {
      job = jobs.get(request.job());
    }
    if (job == null) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "there is no job " + request.job(),
              "another host leads since it was begun, or it was long ago; what it did goes on:"
                  + " look at 'nereid snapshots' and 'nereid ps'"));
    }
    try {
      long waitMs = Math.clamp(request.waitMs(), 0, Addresses.LONG_POLL_MS);
      return job.end.get(waitMs, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return job.running();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return job.running();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a job ends with a view", e);
    }
  }
}
