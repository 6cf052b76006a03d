package io.nereid.nymph.probe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CgroupModeTest {
  private static final String V1 = "cgroup /sys/fs/cgroup/freezer cgroup rw,relatime,freezer 0 0\n";
  private static final String V2 = "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n";

  @Test
  void eachKindIsRecognised() {
    assertThat(CgroupMode.of(V1)).isEqualTo(new CgroupMode("v1", true));
    assertThat(CgroupMode.of(V2)).isEqualTo(new CgroupMode("v2", true));
    assertThat(CgroupMode.of(V1 + V2)).isEqualTo(new CgroupMode("hybrid", true));
    assertThat(CgroupMode.of("proc /proc proc rw 0 0\nbroken"))
        .isEqualTo(new CgroupMode("none", false));
  }

  @Test
  void anUnifiedTreeBesideV1DoesNotFreezeWhatV1Holds() {
    String cpu = "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n";
    assertThat(CgroupMode.of(cpu + V2)).isEqualTo(new CgroupMode("hybrid", false));
  }
}
