package io.nereid.coordinator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.config.RecoveryConfig;
import io.nereid.coordinator.membership.Membership;
import io.nereid.domain.id.NodeId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LifeTest {
  private static final RecoveryConfig TIMES = RecoveryConfig.DEFAULT;
  private static final NodeId HOST = new NodeId("b");

  @Property
  void aMemberIsNeverGoneHoweverLongItIsSilent(@ForAll @LongRange(min = 0) long silentNanos) {
    assertThat(Life.of(true, Duration.ofNanos(silentNanos), TIMES)).isIn(Life.ALIVE, Life.SUSPECT);
  }

  @Property
  void whoIsNoMemberIsGoneExactlyWhenItWasSilentForTheTimeout(
      @ForAll @LongRange(min = 0, max = 20_000) long silentMs) {
    assertThat(Life.of(false, Duration.ofMillis(silentMs), TIMES) == Life.GONE)
        .isEqualTo(silentMs >= TIMES.pingTimeout().toMillis());
  }

  @Property
  void longerSilenceNeverMakesAHostMoreAlive(
      @ForAll boolean member,
      @ForAll @LongRange(min = 0, max = 20_000) long ms,
      @ForAll @LongRange(min = 0, max = 20_000) long more) {
    Life sooner = Life.of(member, Duration.ofMillis(ms), TIMES);
    Life later = Life.of(member, Duration.ofMillis(ms + more), TIMES);
    assertThat(later).isGreaterThanOrEqualTo(sooner);
  }

  @Test
  void aPingWithoutAnAnswerMakesAMemberSuspect() {
    assertThat(Life.of(true, Duration.ofMillis(2_999), TIMES)).isEqualTo(Life.ALIVE);
    assertThat(Life.of(true, Duration.ofSeconds(3), TIMES)).isEqualTo(Life.SUSPECT);
  }

  /** A cluster of which the test says who is in it. */
  private static final class Members implements Membership {
    final List<NodeId> present = new ArrayList<>(List.of(HOST));

    @Override
    public List<NodeId> present() {
      return present;
    }

    @Override
    public Optional<NodeId> leader() {
      return Optional.empty();
    }

    @Override
    public Runnable watch(BiConsumer<NodeId, Boolean> watcher) {
      return () -> {};
    }
  }

  private final Members members = new Members();
  private final AtomicLong nanos = new AtomicLong();
  private final Signs signs =
      new Signs(members, TIMES, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), nanos::get);

  private void pass(long ms) {
    nanos.addAndGet(Duration.ofMillis(ms).toNanos());
  }

  @Test
  void aHostThatANewLeaderNeverHeardOfHasTheWholeTimeoutToSpeak() {
    members.present.clear();
    pass(4_999);
    assertThat(signs.of(HOST)).isEqualTo(Life.ABSENT);
    pass(1);
    assertThat(signs.of(HOST)).isEqualTo(Life.GONE);
  }

  @Test
  void theSilenceOfALostMemberBeginsWhenItWasSeenLast() {
    pass(60_000);
    signs.look();
    members.present.clear();
    pass(4_999);
    assertThat(signs.of(HOST)).isEqualTo(Life.ABSENT);
    signs.heard(HOST);
    pass(4_999);
    assertThat(signs.of(HOST)).isEqualTo(Life.ABSENT);
    pass(1);
    assertThat(signs.of(HOST)).isEqualTo(Life.GONE);
    members.present.add(HOST);
    signs.heard(HOST);
    assertThat(signs.of(HOST)).isEqualTo(Life.ALIVE);
  }
}
