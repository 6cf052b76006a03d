package io.nereid.nymph.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.process.SystemProcessRunner;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrackersTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"6.12.9", "6.12.38+deb13-amd64\n", "6.13.0-rc1", "6.18.44-x", "7.0", "10.1"})
  void kernelsThatForgetMarksOfMovedMemoryCanBeAsked(String release) {
    assertThat(Trackers.impossible("x86_64", release)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"6.12.8", "6.7.0", "6.1.0-40-amd64", "5.15", "", "x", "6.99999999999999.1"})
  void othersAndWhatIsNoReleaseCannot(String release) {
    assertThat(Trackers.impossible("amd64", release)).isPresent();
  }

  @Test
  void otherArchitecturesCannotBeAsked() {
    assertThat(Trackers.impossible("aarch64", "6.18.0").orElseThrow()).contains("aarch64");
  }

  @Test
  void littleMemoryIsNotWorthIt() {
    int self = (int) ProcessHandle.current().pid();
    try (WriteTracking tracking =
        new Trackers(SystemProcessRunner.ofThisHost()).follow(List.of(self), 1 << 20)) {
      assertThat(tracking.followed()).isZero();
      assertThat(tracking.whyNot().orElseThrow()).contains("little memory");
      assertThat(tracking.round(self)).isEqualTo(WriteTracking.Round.UNKNOWN);
    }
  }
}
