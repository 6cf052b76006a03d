package io.nereid.nymph.container;

import static io.nereid.nymph.container.Records.DB;
import static io.nereid.nymph.container.Records.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ContainerExecutorTest {
  private final ContainerExecutor executor = new ContainerExecutor();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  private CompletableFuture<String> occupy() throws InterruptedException {
    CompletableFuture<String> done =
        CompletableFuture.supplyAsync(() ->
            executor.run(
                WEB,
                "checkpoint",
                () -> {
                  started.countDown();
                  try {
                    assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return "first";
                }));
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    return done;
  }

  @Test
  void aSecondOperationIsRefusedAndToldWhichOneRuns() throws Exception {
    CompletableFuture<String> first = occupy();
    assertThatThrownBy(() -> executor.run(WEB, "stop", () -> "second"))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(FailureCode.BUSY);
              assertThat(e).hasMessageContaining("cannot stop").hasMessageContaining("checkpoint");
            });
    assertThat(executor.run(DB, "stop", () -> "other")).isEqualTo("other");
    release.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(executor.run(WEB, "stop", () -> "second")).isEqualTo("second");
  }

  @Test
  void aWaitingOperationRunsAfterTheFirst() throws Exception {
    CompletableFuture<String> first = occupy();
    CompletableFuture<String> second =
        CompletableFuture.supplyAsync(() ->
            executor.runWhenFree(
                WEB, "thaw", Duration.ofSeconds(10), () -> first.isDone() ? "late" : "after"));
    release.countDown();
    assertThat(second.get(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(executor.running(WEB)).isEmpty();
  }

  @Test
  void waitingEndsAtItsLimit() throws Exception {
    CompletableFuture<String> first = occupy();
    assertThatThrownBy(() -> executor.runWhenFree(WEB, "thaw", Duration.ofMillis(30), () -> ""))
        .hasMessageContaining("checkpoint");
    release.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("first");
  }

  @Test
  void aFailedOperationFreesTheContainer() {
    assertThatThrownBy(() ->
            executor.run(
                WEB,
                "stop",
                () -> {
                  throw new IllegalStateException("x");
                }))
        .hasMessage("x");
    assertThat(executor.running(WEB)).isEmpty();
  }
}
