package io.nereid.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class NicenessTest {
  @Test
  void onlyTheThreadsOfTheFactoryStepBack() throws Exception {
    int mine = Niceness.get();
    try (ExecutorService pool = Executors.newFixedThreadPool(1, Niceness.threads("nice-", 7))) {
      assertThat(pool.submit(Niceness::get).get()).isEqualTo(7);
    }
    assertThat(Niceness.get()).isEqualTo(mine);
  }

  @Test
  void zeroLeavesThreadsAsTheyAre() throws Exception {
    int mine = Niceness.get();
    try (ExecutorService pool = Executors.newFixedThreadPool(1, Niceness.threads("plain-", 0))) {
      assertThat(pool.submit(Niceness::get).get()).isEqualTo(mine);
    }
  }
}
