package io.nereid.domain.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.config.SnapshotsConfig;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.ContainerAction;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyWishTest {
  private static final SnapshotPolicy BASE = SnapshotsConfig.DEFAULT.defaults();

  @Test
  void whatIsNotSaidStaysAsItIs() {
    assertThat(PolicyWish.NOTHING.over(BASE)).isEqualTo(BASE);
  }

  @Test
  void aRecoveryPointTakesThePlaceOfTheInterval() {
    SnapshotPolicy policy = paced(Optional.empty(), Optional.of(10_000L)).over(BASE);
    assertThat(policy.rpoMs()).contains(10_000L);
    assertThat(policy.intervalMs()).isEmpty();
    SnapshotPolicy back = paced(Optional.of(2_000L), Optional.empty()).over(policy);
    assertThat(back.rpoMs()).isEmpty();
    assertThat(back.intervalMs()).contains(2_000L);
  }

  @Test
  void anIntervalOfNothingLeavesSnapshotsToPeople() {
    assertThat(paced(Optional.of(0L), Optional.empty()).over(BASE).periodic()).isFalse();
  }

  @Test
  void bothAnIntervalAndARecoveryPointAreRefused() {
    assertThatThrownBy(() -> paced(Optional.of(5_000L), Optional.of(10_000L)).checked())
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("both an interval and a recovery point");
  }

  @Test
  void aValueOutOfBoundsIsNamedWithItsRule() {
    assertThatThrownBy(() -> paced(Optional.of(3L), Optional.empty()).over(BASE))
        .hasMessageContaining("intervalMs is 3 but must be from 500 to");
  }

  @Test
  void aWishSurvivesTheWire() {
    ContainerAction action =
        new ContainerAction.Protect(Optional.of(paced(Optional.of(700L), Optional.empty())));
    String text = WireCodec.encodeText(action);
    assertThat(WireCodec.decode(text, ContainerAction.class)).isEqualTo(action);
    ContainerAction off = new ContainerAction.Protect(Optional.empty());
    assertThat(WireCodec.decode(WireCodec.encodeText(off), ContainerAction.class)).isEqualTo(off);
  }

  private static PolicyWish paced(Optional<Long> interval, Optional<Long> rpo) {
    return new PolicyWish(
        interval,
        rpo,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
