package io.nereid.nymph.move;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps that run or have run, by migration and kind: asking again attaches to the one that is
 * there. A step that must succeed some time runs again after it has failed; so does one that only
 * asks.
 */
final class StepTable {
  private static final Logger LOG = LoggerFactory.getLogger(StepTable.class);
  private static final int ENTRIES_MAX = 2_000;

  private record Key(MigrationId migration, String kind) {}

  private static final class Entry {
    final CompletableFuture<StepReply> end = new CompletableFuture<>();
    final AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);
  }

  /** A step's work; tells its progress now and then. */
  interface Work {
    StepResult perform(Consumer<Progress> progress);
  }

  private final Map<Key, Entry> entries = new LinkedHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("step-", 0).factory());

  /** Starts the step unless it is there, and waits for its end, at most so long. */
  StepReply perform(MigrationId migration, StepCommand command, long waitMs, Work work) {
    Entry entry = entry(new Key(migration, kind(command)), command, work);
    try {
      return entry.end.get(waitMs, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new StepReply.Running(entry.progress.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new StepReply.Running(entry.progress.get());
    } catch (ExecutionException e) {
      return new StepReply.Failed(FailureException.failureOf(e.getCause()));
    }
  }

  private synchronized Entry entry(Key key, StepCommand command, Work work) {
    Entry there = entries.get(key);
    if (there != null && !runsAgain(command, there)) {
      return there;
    }
    entries.remove(key);
    while (entries.size() >= ENTRIES_MAX) {
      entries.remove(entries.keySet().iterator().next());
    }
    Entry fresh = new Entry();
    entries.put(key, fresh);
    threads.execute(() -> run(key, fresh, work));
    return fresh;
  }

  private static void run(Key key, Entry entry, Work work) {
    long begin = System.nanoTime();
    StepReply reply;
    try {
      reply = new StepReply.Done(work.perform(entry.progress::set));
    } catch (RuntimeException | Error e) {
      if (!(e instanceof FailureException)) {
        LOG.error("step {} of {} failed unexpectedly", key.kind(), key.migration(), e);
      }
      reply = new StepReply.Failed(FailureException.failureOf(e));
    }
    long tookMs = (System.nanoTime() - begin) / 1_000_000;
    String outcome =
        reply instanceof StepReply.Failed f ? "failed: " + f.failure().message() : "done";
    LOG.info("{} {} after {} ms: {}", key.migration(), key.kind(), tookMs, outcome);
    entry.end.complete(reply);
  }

  private static boolean runsAgain(StepCommand command, Entry there) {
    Optional<StepReply> ended = Optional.ofNullable(there.end.getNow(null));
    if (ended.isEmpty()) {
      return false;
    }
    return switch (command) {
      case StepCommand.Describe c -> true;
      case StepCommand.Check c -> true;
      case StepCommand.Query c -> true;
      case StepCommand.AbortSend c -> true;
      case StepCommand.AwaitPages c -> ended.get() instanceof StepReply.Failed;
      case StepCommand.Release c -> ended.get() instanceof StepReply.Failed;
      case StepCommand.Thaw c -> ended.get() instanceof StepReply.Failed;
      case StepCommand.Discard c -> ended.get() instanceof StepReply.Failed;
      case StepCommand.Prepare c -> false;
      case StepCommand.SendAhead c -> false;
      case StepCommand.CatchUp c -> false;
      case StepCommand.Freeze c -> false;
      case StepCommand.Dump c -> false;
      case StepCommand.SendDelta c -> false;
      case StepCommand.Restore c -> false;
    };
  }

  /** Whether a step of this kind is under way. */
  synchronized boolean isRunning(MigrationId migration, Class<? extends StepCommand> kind) {
    Entry entry = entries.get(new Key(migration, kind.getSimpleName()));
    return entry != null && !entry.end.isDone();
  }

  /** Waits for the end of a step of this kind, if one is under way. */
  void awaitEnd(MigrationId migration, Class<? extends StepCommand> kind) {
    Entry entry;
    synchronized (this) {
      entry = entries.get(new Key(migration, kind.getSimpleName()));
    }
    if (entry != null) {
      entry.end.join();
    }
  }

  private static String kind(StepCommand command) {
    return command.getClass().getSimpleName();
  }

  /** Steps under way go on; no new ones. */
  void close() {
    threads.shutdown();
  }
}
