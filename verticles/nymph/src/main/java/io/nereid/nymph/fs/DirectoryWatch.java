package io.nereid.nymph.fs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something changes in directories. One kernel watcher for the whole process, because a
 * user may have few of them. Thread-safe; listeners run on its only thread and must be quick.
 */
public final class DirectoryWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatch.class);
  private static final Duration RECHECK = Duration.ofMillis(200);

  /** One listener; closing it ends the watching. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  private final WatchService service;
  private final Map<WatchKey, List<Runnable>> listeners = new HashMap<>();

  private DirectoryWatch(WatchService service) {
    this.service = service;
  }

  /** Starts watching nothing. */
  public static DirectoryWatch open(Path anyDirectory) {
    try {
      DirectoryWatch watch = new DirectoryWatch(anyDirectory.getFileSystem().newWatchService());
      Thread.ofPlatform().daemon().name("directory-watch").start(watch::loop);
      return watch;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot watch directories: " + e.getMessage(), e);
    }
  }

  /** Calls the listener after entries of the directory have appeared, changed or gone. */
  public Registration onChange(Path directory, Runnable listener) {
    synchronized (listeners) {
      try {
        WatchKey key =
            directory.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        listeners.computeIfAbsent(key, k -> new CopyOnWriteArrayList<>()).add(listener);
        return () -> unregister(key, listener);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot watch " + directory, e);
      }
    }
  }

  private void unregister(WatchKey key, Runnable listener) {
    synchronized (listeners) {
      List<Runnable> ofKey = listeners.get(key);
      if (ofKey != null && ofKey.remove(listener) && ofKey.isEmpty()) {
        listeners.remove(key);
        key.cancel();
      }
    }
  }

  private void loop() {
    try {
      while (true) {
        WatchKey key = service.take();
        key.pollEvents();
        key.reset();
        List<Runnable> interested;
        synchronized (listeners) {
          interested = listeners.getOrDefault(key, List.of());
        }
        for (Runnable listener : interested) {
          try {
            listener.run();
          } catch (RuntimeException e) {
            LOG.error("a listener for changes in {} failed", key.watchable(), e);
          }
        }
      }
    } catch (ClosedWatchServiceException e) {
      LOG.debug("no longer watching directories");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until a condition is met, looking whenever something changes in the directory, and now
   * and then all the same because a condition may depend on more than files.
   *
   * @param directory must exist, unless the condition is met at once
   * @return whether it was met within the limit
   */
  public boolean await(Path directory, BooleanSupplier condition, Duration limit) {
    if (condition.getAsBoolean()) {
      return true;
    }
    ReentrantLock lock = new ReentrantLock();
    Condition changed = lock.newCondition();
    long end = System.nanoTime() + limit.toNanos();
    Runnable wake =
        () -> {
          lock.lock();
          try {
            changed.signalAll();
          } finally {
            lock.unlock();
          }
        };
    try (Registration registration = onChange(directory, wake)) {
      lock.lock();
      try {
        while (!condition.getAsBoolean()) {
          long left = end - System.nanoTime();
          if (left <= 0) {
            return false;
          }
          boolean signalled =
              changed.await(Math.min(left, RECHECK.toNanos()), TimeUnit.NANOSECONDS);
          LOG.trace("looking again in {} (changed: {})", directory, signalled);
        }
        return true;
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return condition.getAsBoolean();
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      LOG.warn("directory watch did not close: {}", e.toString());
    }
  }
}
