package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Mode;
import io.nereid.domain.migration.NoConverge;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.migration.Round;
import io.nereid.domain.migration.Rounds;
import io.nereid.domain.precopy.Budget;
import io.nereid.domain.precopy.RoundPolicy;
import io.nereid.domain.precopy.Standing;
import io.nereid.domain.precopy.Verdict;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.nymph.memory.Sample;
import io.nereid.nymph.runtime.CpuThrottle;
import io.nereid.port.SendReport;
import io.nereid.protocol.message.StepMessages.StepCommand.SendAhead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rounds after the first: measures what has changed, asks the policy, sends again. Ends when
 * the rest fits the downtime, when more rounds would not help, or when nobody wants it any more.
 * Blocks.
 */
final class PreCopy {
  private static final Logger LOG = LoggerFactory.getLogger(PreCopy.class);

  /** Half a percent is told from none, in ten milliseconds. */
  private static final int SAMPLE_PAGES = 4_096;

  /** Less says nothing about a link. */
  private static final long RATE_BYTES_MIN = 8L << 20;

  /** Does what a round consists of. */
  interface Sender {
    /** Reads what has changed since and writes it. */
    MemorySnapshot read(MemorySnapshot before);

    /** Sends what was read, and remembers it. */
    SendReport send(MemorySnapshot read, Consumer<Progress> told);
  }

  private final MoveParts parts;
  private final SentAhead sent;

  PreCopy(MoveParts parts, SentAhead sent) {
    this.parts = parts;
    this.sent = sent;
  }

  /** How it goes, while it goes. */
  private static final class Course {
    final List<Round> rounds = new ArrayList<>();
    int number = 1;
    long roundRate;
    long finalRate;
    long aheadBytes;

    /** Where nothing limits the rounds, the rest goes as fast as they do. */
    void measured(SendReport report, boolean limited) {
      if (report.bytesSent() >= RATE_BYTES_MIN) {
        roundRate = Math.max(1, report.bytesSent() * 1_000 / Math.max(1, report.tookMs()));
        if (!limited) {
          finalRate = roundRate;
        }
      }
    }

    void lastRound(Standing standing) {
      if (!rounds.isEmpty()) {
        Round r = rounds.removeLast();
        rounds.add(
            new Round(
                r.number(),
                r.memoryBytes(),
                r.changedBytes(),
                r.sentBytes(),
                r.tookMs(),
                standing.leftBytes(),
                standing.dirtyBytesPerSecond(),
                r.cpuPercent()));
      }
    }

    Rounds ended(boolean converged, String why, MemorySnapshot last) {
      String how = "; changes are found by " + last.changesFoundBy();
      return new Rounds(rounds, converged, why + how, -1);
    }
  }

  /**
   * Goes on from what was sent last.
   *
   * @param first what the first round took; absent when it was long ago
   * @param hold with which the container can be held back; taken when what it uses was to be
   *     measured from
   * @param unwanted whether the migration was given up meanwhile
   * @throws FailureException NOT_CONVERGING, CANCELLED, or what sending throws
   */
  Rounds run(
      ContainerRecord record,
      MigrationId migration,
      SendAhead step,
      List<SendReport> first,
      CpuThrottle.Hold hold,
      Sender sender,
      BooleanSupplier unwanted,
      Consumer<Progress> told) {
    ContainerId id = record.id();
    var started = sent.of(id, migration);
    if (started.isEmpty()) {
      return Rounds.NONE;
    }
    MemorySnapshot last = started.get();
    boolean limited = step.options().bandwidthBytesPerSecond() > 0;
    Course course = new Course();
    course.finalRate = step.finalBytesPerSecond();
    course.roundRate =
        limited
            ? Math.min(course.finalRate, step.options().bandwidthBytesPerSecond())
            : course.finalRate;
    course.aheadBytes = last.bytes();
    for (SendReport report : first) {
      course.measured(report, limited);
      course.rounds.add(round(1, last, report, 0));
    }
    RoundPolicy policy = policy(step, last.memoryBytes());
    boolean later = step.pages().isPresent();
    if (later && step.options().mode() == Mode.POST_COPY) {
      return course.ended(false, "the mode is post-copy", last).later(true, "");
    }
    if (policy.fitsWhole(last.memoryBytes(), course.finalRate)) {
      return course.ended(true, "all of its memory fits the downtime", last);
    }
    while (true) {
      Standing standing = standing(course, last, id);
      course.lastRound(standing);
      LOG.info("container {} after round {}: {}", id, course.number, standing);
      switch (policy.decide(standing)) {
        case Verdict.Freeze v -> {
          return course.ended(true, "what is left fits the downtime", last);
        }
        case Verdict.GoOn v -> {}
        case Verdict.NotConverging v -> {
          if (later && step.options().noConverge() == NoConverge.POST_COPY) {
            return course.ended(false, v.why(), last).later(true, "");
          }
          boolean accept =
              switch (step.options().noConverge()) {
                case POST_COPY -> true;
                case ACCEPT -> true;
                case ABORT -> throw notConverging(record, v.why());
                case THROTTLE -> v.exhausted() || hold.lower().isEmpty();
              };
          if (accept) {
            return course.ended(false, v.why(), last);
          }
          LOG.info("container {} gets {} % of a processor: {}", id, hold.percent(), v.why());
        }
      }
      last = another(course, last, hold.percent(), limited, sender, unwanted, told);
    }
  }

  private MemorySnapshot another(
      Course course,
      MemorySnapshot last,
      int percent,
      boolean limited,
      Sender sender,
      BooleanSupplier unwanted,
      Consumer<Progress> told) {
    int number = ++course.number;
    told.accept(Progress.NONE.inRound(number));
    MemorySnapshot read = sender.read(last);
    if (unwanted.getAsBoolean()) {
      read.close();
    }
    requireWanted(unwanted);
    SendReport report = sender.send(read, p -> told.accept(p.inRound(number)));
    requireWanted(unwanted);
    course.aheadBytes += read.bytes();
    course.measured(report, limited);
    course.rounds.add(round(number, read, report, percent));
    return read;
  }

  private RoundPolicy policy(SendAhead step, long memoryBytes) {
    MigrationOptions options = step.options();
    return RoundPolicy.of(
        new Budget(options.maxDowntimeMs(), step.fixedMs()),
        parts.effort().roundsMax(),
        memoryBytes);
  }

  private Standing standing(Course course, MemorySnapshot last, ContainerId id) {
    Sample sample = last.sample(processes(id), SAMPLE_PAGES);
    long left = sample.leftBytes();
    return new Standing(
        course.number,
        Math.max(last.memoryBytes(), left),
        left,
        left * 1_000 / last.ageMs(),
        last.rereadMs(left),
        course.roundRate,
        course.finalRate,
        course.aheadBytes);
  }

  private Collection<Integer> processes(ContainerId id) {
    return parts.core().cgroups().pids(parts.paths().cgroup(id));
  }

  private static Round round(int number, MemorySnapshot read, SendReport report, int percent) {
    return new Round(
        number,
        read.memoryBytes(),
        read.bytes(),
        report.bytesSent(),
        read.tookMs() + report.tookMs(),
        -1,
        -1,
        percent);
  }

  private static void requireWanted(BooleanSupplier unwanted) {
    if (unwanted.getAsBoolean()) {
      throw new FailureException(
          Failure.of(FailureCode.CANCELLED, "the migration was given up meanwhile", ""));
    }
  }

  private static FailureException notConverging(ContainerRecord record, String why) {
    return new FailureException(
        Failure.of(
            FailureCode.NOT_CONVERGING,
            "container " + record.name() + " was not frozen: " + why,
            "allow a longer pause with --max-downtime, or choose --on-no-converge accept or"
                + " throttle"));
  }
}
