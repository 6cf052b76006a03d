package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Operations that run or have run, by their id: asking again attaches to the one that is there. */
final class OperationTable {
  private static final Logger LOG = LoggerFactory.getLogger(OperationTable.class);
  private static final int ENTRIES_MAX = 1_000;

  private record Key(MigrationId operation, String verb) {}

  private static final class Entry {
    final CompletableFuture<SnapshotReply> end = new CompletableFuture<>();
    final AtomicReference<Progress> progress = new AtomicReference<>(Progress.NONE);
  }

  /** An operation's work; tells its progress now and then. */
  interface Work {
    SnapshotResult perform(java.util.function.Consumer<Progress> progress);
  }

  private final Map<Key, Entry> entries = new LinkedHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("snapshot-", 0).factory());

  /**
   * Waits for the end of an operation, at most so long.
   *
   * @param begin whether to begin it when it is not known
   */
  SnapshotReply perform(MigrationId operation, String verb, boolean begin, long waitMs, Work work) {
    Entry entry = entry(new Key(operation, verb), begin, work);
    if (entry == null) {
      return new SnapshotReply.Failed(
          Failure.of(
              FailureCode.CANCELLED,
              "the " + verb + " was broken off: the host's daemon was restarted meanwhile",
              "the container runs on, and nothing of it was kept; ask again"));
    }
    try {
      return entry.end.get(waitMs, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new SnapshotReply.Running(entry.progress.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new SnapshotReply.Running(entry.progress.get());
    } catch (ExecutionException e) {
      return new SnapshotReply.Failed(FailureException.failureOf(e.getCause()));
    }
  }

  private synchronized Entry entry(Key key, boolean begin, Work work) {
    Entry there = entries.get(key);
    if (there != null || !begin) {
      return there;
    }
    while (entries.size() >= ENTRIES_MAX) {
      entries.remove(entries.keySet().iterator().next());
    }
    Entry fresh = new Entry();
    entries.put(key, fresh);
    threads.execute(() -> run(key, fresh, work));
    return fresh;
  }

  private static void run(Key key, Entry entry, Work work) {
    SnapshotReply reply;
    try {
      reply = new SnapshotReply.Done(work.perform(entry.progress::set));
    } catch (RuntimeException | Error e) {
      if (!(e instanceof FailureException)) {
        LOG.error("{} of {} failed unexpectedly", key.verb(), key.operation(), e);
      } else {
        LOG.info("{} of {} failed: {}", key.verb(), key.operation(), e.getMessage());
      }
      reply = new SnapshotReply.Failed(FailureException.failureOf(e));
    }
    entry.end.complete(reply);
  }

  /** What runs goes on; nothing new. */
  void close() {
    threads.shutdown();
  }
}
