package io.nereid.launcher.demo.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CounterWatcherTest {
  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void theTimesInTheLogMakeTheSilence() {
    try (CounterWatcher watcher =
        new CounterWatcher((cursor, reader) -> {
          reader.line("2026-01-01T00:00:00.100000000+00:00", "1");
          reader.line("2026-01-01T00:00:00.350000000+00:00", "2");
          hold();
        })) {
      await().until(() -> watcher.count() == 2);
      assertThat(watcher.stats().requests()).isEqualTo(2);
      assertThat(watcher.stats().lost()).isZero();
      end.countDown();
    }
  }

  @Test
  void aFeedThatBreaksIsReadOnFromWhereItWas() {
    List<Long> cursors = new ArrayList<>();
    try (CounterWatcher watcher =
        new CounterWatcher((cursor, reader) -> {
          cursors.add(cursor);
          reader.line("2026-01-01T00:00:01Z", Long.toString(cursor + 1));
          reader.position(cursor + 1);
          if (cursors.size() == 1) {
            throw new IllegalStateException("broken");
          }
          hold();
        })) {
      await().until(() -> watcher.count() == 2);
      assertThat(cursors).containsExactly(0L, 1L);
      assertThat(watcher.stats().reconnects()).isEqualTo(1);
      assertThat(watcher.stats().lost() + watcher.stats().duplicated()).isZero();
      end.countDown();
    }
  }

  @Test
  void aLineThatIsNoNumberIsNotTakenForOne() {
    try (CounterWatcher watcher =
        new CounterWatcher((cursor, reader) -> {
          reader.line("2026-01-01T00:00:01Z", "sh: out of memory");
          hold();
        })) {
      await().until(() -> watcher.stats().lost() == 1);
      end.countDown();
    }
  }

  private void hold() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
