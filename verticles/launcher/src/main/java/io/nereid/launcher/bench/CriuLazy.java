package io.nereid.launcher.bench;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.demo.playground.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/**
 * CRIU's own lazy migration: metadata is dumped and copied, the container restored without memory,
 * and CRIU's page server at the source sends each page when it is touched and the rest meanwhile.
 */
final class CriuLazy implements BareSystem.Way {
  private static final int PAGE_SERVER = 27_000;
  private static final Duration DUMPED_WITHIN = Duration.ofMinutes(2);
  private static final Duration FETCHED_WITHIN = Duration.ofMinutes(15);
  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

  @Override
  public long move(Site site, BareHost from, BareHost to, int number) throws IOException {
    Path status = from.work().resolve("status");
    int port = PAGE_SERVER + number;
    from.freeze();
    from.port().unplug();
    CompletableFuture<Void> served = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("lazy-checkpoint")
        .daemon()
        .start(() -> {
          try {
            from.checkpointLazily(status, port);
            served.complete(null);
          } catch (RuntimeException e) {
            served.completeExceptionally(e);
          }
        });
    awaitDumped(status, served);
    BareSystem.copy(site, from, to);
    to.port().plug();
    Path pidFile = to.work().resolve("lazy-pages.pid");
    to.fetchLazily(Names.address(site.from().host()), port, pidFile);
    to.restore("--lazy-pages");
    to.port().release();
    long runs = System.nanoTime();
    awaitEnd(pidFile);
    join(served);
    return runs;
  }

  /** CRIU writes one byte when everything but the memory is in the images. */
  private static void awaitDumped(Path status, CompletableFuture<Void> served) throws IOException {
    long deadline = System.nanoTime() + DUMPED_WITHIN.toNanos();
    while (!Files.exists(status) || Files.size(status) == 0) {
      if (served.isDone()) {
        join(served);
      }
      if (served.isDone() || System.nanoTime() > deadline) {
        throw failed("the dump did not get ready to serve pages");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static void awaitEnd(Path pidFile) throws IOException {
    long pid = Long.parseLong(Files.readString(pidFile).strip());
    long deadline = System.nanoTime() + FETCHED_WITHIN.toNanos();
    while (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
      if (System.nanoTime() > deadline) {
        throw failed("not all pages came within " + FETCHED_WITHIN.toMinutes() + " minutes");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static void join(CompletableFuture<Void> served) {
    try {
      served.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FailureException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static FailureException failed(String what) {
    return new FailureException(Failure.of(FailureCode.CRIU_FAILED, what, ""));
  }
}
