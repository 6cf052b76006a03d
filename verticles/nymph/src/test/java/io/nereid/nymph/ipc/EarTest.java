package io.nereid.nymph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EarTest {
  private static final byte[] CHECKPOINT = "CHECKPOINT".getBytes(StandardCharsets.US_ASCII);
  private final AtomicLong now = new AtomicLong(1_000);
  private final List<Message> done = new CopyOnWriteArrayList<>();
  private final CountDownLatch mayGoOn = new CountDownLatch(1);

  @Test
  void soManyRequestsAreDoneInAMinuteAndNoMore() {
    mayGoOn.countDown();
    Ear ear = ear(6);
    for (int i = 0; i < 50; i++) {
      ear.hear(CHECKPOINT);
    }
    await().untilAsserted(() -> assertThat(done).hasSize(3));
    pass(Duration.ofSeconds(10));
    ear.hear(CHECKPOINT);
    ear.hear(CHECKPOINT);
    await().untilAsserted(() -> assertThat(done).hasSize(4));
  }

  @Test
  void requestsAreDoneOneAfterTheOtherAndOnlyAFewMayWait() {
    Ear ear = ear(600);
    for (int i = 0; i < 100; i++) {
      ear.hear(CHECKPOINT);
      pass(Duration.ofSeconds(1));
    }
    await().untilAsserted(() -> assertThat(done).hasSize(1));
    mayGoOn.countDown();
    // One was begun, perhaps before the others came, perhaps after.
    await().untilAsserted(() -> assertThat(done).hasSizeBetween(4, 5));
  }

  @Test
  void whatIsNoRequestIsNotDone() {
    mayGoOn.countDown();
    Ear ear = ear(6);
    ear.hear(new byte[0]);
    ear.hear(new byte[Message.BYTES_MAX + 1]);
    ear.hear("LAUNCH rockets".getBytes(StandardCharsets.US_ASCII));
    ear.hear(CHECKPOINT);
    await().untilAsserted(() -> assertThat(done).hasSize(1));
  }

  @Test
  void aContainerThatSendsTooFastIsReadSlowly() {
    Ear ear = ear(6);
    int read = 0;
    for (int i = 0; i < 1_000; i++) {
      read += ear.nanosUntilRead() == 0 ? 1 : 0;
      pass(Duration.ofMillis(1));
    }
    assertThat(read).isBetween(25, 31);
    ear.nanosUntilRead();
    now.addAndGet(ear.nanosUntilRead());
    assertThat(ear.nanosUntilRead()).isZero();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private Ear ear(int perMinute) {
    return new Ear(
        ContainerId.random(),
        new ContainerName("speaker"),
        perMinute,
        (from, message) -> {
          done.add(message);
          try {
            mayGoOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        now::get);
  }
}
