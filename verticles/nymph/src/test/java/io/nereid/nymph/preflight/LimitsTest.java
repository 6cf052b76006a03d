package io.nereid.nymph.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final String ROOT = status("0\t0\t0\t0", "0\t0\t0\t0", "000001ffffffffff");
  private static final String CONFINED = status("0\t0\t0\t0", "0\t0\t0\t0", "000001fffeffffff");

  @Test
  void withTheCapabilityEverybodysLimitsCanBeRead() {
    assertThat(Limits.of(ROOT).readable(status("70\t70\t70\t70", "70\t70\t70\t70", "0"))).isTrue();
  }

  @Test
  void withoutItOnlyThoseOfTheSameUserAndGroup() {
    Limits limits = Limits.of(CONFINED);
    assertThat(limits.readable(status("0\t0\t0\t0", "0\t0\t0\t0", "0"))).isTrue();
    assertThat(limits.readable(status("70\t70\t70\t70", "0\t0\t0\t0", "0"))).isFalse();
    assertThat(limits.readable(status("0\t0\t0\t0", "0\t70\t0\t0", "0"))).isFalse();
    assertThat(limits.readable(status("0\t0\t70\t0", "0\t0\t0\t0", "0"))).isFalse();
    assertThat(limits.readable(status("0\t0\t0\t70", "0\t0\t0\t0", "0"))).isTrue();
  }

  @Test
  void whatCannotBeToldIsNoReasonToWarn() {
    assertThat(Limits.of("").readable(status("70\t70\t70\t70", "0\t0\t0\t0", "0"))).isTrue();
  }

  private static String status(String uid, String gid, String capabilities) {
    return "Name:\tx\nUid:\t" + uid + "\nGid:\t" + gid + "\nCapEff:\t" + capabilities + "\n";
  }
}
