package io.nereid.nymph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.node.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReporterTest {
  private static final Duration LONG = Duration.ofSeconds(10);
  private final List<Long> delivered = new CopyOnWriteArrayList<>();

  private static NodeReport report() {
    return new NodeReport(null, List.of(), Instant.EPOCH, 0);
  }

  @Test
  void aReportGoesOutEverySecondAndSoonAfterAChange() {
    long began = System.nanoTime();
    try (Reporter reporter =
        new Reporter(ReporterTest::report, r -> delivered.add(System.nanoTime() - began))) {
      reporter.start();
      for (int i = 0; i < 50; i++) {
        reporter.changed();
      }
      await().atMost(LONG).until(() -> !delivered.isEmpty());
      assertThat(Duration.ofNanos(delivered.getFirst())).isLessThan(Duration.ofMillis(900));
      await().atMost(LONG).until(() -> delivered.size() >= 3);
      assertThat(Duration.ofNanos(delivered.get(2))).isGreaterThan(Duration.ofMillis(1_500));
    }
  }

  @Test
  void aReportThatCannotBeDeliveredDoesNotEndReporting() {
    AtomicInteger tries = new AtomicInteger();
    try (Reporter reporter =
        new Reporter(
            ReporterTest::report,
            r -> {
              if (tries.incrementAndGet() == 1) {
                throw new FailureException(Failure.refused(FailureCode.NO_LEADER, "none", ""));
              }
              if (tries.get() == 2) {
                throw new IllegalStateException("odd");
              }
            })) {
      reporter.start();
      reporter.changed();
      await().atMost(LONG).until(() -> tries.get() >= 1);
      reporter.changed();
      await().atMost(LONG).until(() -> tries.get() >= 4);
    }
  }

  @Test
  void afterItsEndNothingIsReported() {
    Reporter reporter = new Reporter(ReporterTest::report, r -> delivered.add(0L));
    reporter.start();
    reporter.close();
    reporter.changed();
    await().during(Duration.ofMillis(1_300)).atMost(LONG).until(delivered::isEmpty);
  }
}
