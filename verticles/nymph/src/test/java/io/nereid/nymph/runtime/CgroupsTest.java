package io.nereid.nymph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both versions as plain files, because a machine has only one of them in use. */
class CgroupsTest {
  private static final String WEB = "/nereid-a/web";
  @TempDir Path temp;

  private Path file(String path, String content) throws IOException {
    Path file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private Cgroups version1() throws IOException {
    file("freezer" + WEB + "/freezer.state", "THAWED\n");
    file("freezer" + WEB + "/cgroup.procs", "11\n12\n");
    file("memory" + WEB + "/memory.usage_in_bytes", "4096\n");
    file("memory" + WEB + "/inner/cgroup.procs", "13\n");
    file("cpu,cpuacct/nereid-a/db/cgroup.procs", "");
    return Cgroups.at(
        List.of(temp.resolve("freezer"), temp.resolve("memory"), temp.resolve("cpu,cpuacct")));
  }

  private Cgroups version2() throws IOException {
    file("cgroup/cgroup.controllers", "memory pids");
    file("cgroup" + WEB + "/cgroup.freeze", "0\n");
    file("cgroup" + WEB + "/cgroup.procs", "11\n");
    file("cgroup" + WEB + "/memory.current", "8192\n");
    return Cgroups.at(List.of(temp.resolve("cgroup")));
  }

  @Test
  void memoryIsReadFromBothVersionsAndUnknownIsZero() throws IOException {
    assertThat(version1().memoryBytes(WEB)).isEqualTo(4096);
    assertThat(version2().memoryBytes(WEB)).isEqualTo(8192);
    assertThat(version2().memoryBytes("/nereid-a/none")).isZero();
  }

  @Test
  void aFrozenCgroupIsSeenInBothVersions() throws IOException {
    assertThat(version1().isFrozen(WEB)).isFalse();
    for (String state : new String[] {"FROZEN\n", "FREEZING\n"}) {
      Files.writeString(temp.resolve("freezer" + WEB + "/freezer.state"), state);
      assertThat(version1Again().isFrozen(WEB)).isTrue();
    }
    assertThat(version2().isFrozen(WEB)).isFalse();
    Files.writeString(temp.resolve("cgroup" + WEB + "/cgroup.freeze"), "1\n");
    assertThat(Cgroups.at(List.of(temp.resolve("cgroup"))).isFrozen(WEB)).isTrue();
    assertThat(version1().isFrozen("/nereid-a/none")).isFalse();
  }

  private Cgroups version1Again() {
    return Cgroups.at(List.of(temp.resolve("freezer"), temp.resolve("memory")));
  }

  @Test
  void processesOfAllHierarchiesAndOfCgroupsBelowAreFound() throws IOException {
    assertThat(version1().processes(WEB)).containsExactly(11L, 12L, 13L);
    assertThat(version2().processes(WEB)).containsExactly(11L);
  }

  @Test
  void childrenOfAllHierarchiesAreListed() throws IOException {
    assertThat(version1().children("/nereid-a")).containsExactly("db", "web");
    assertThat(version1().children("/nereid-b")).isEmpty();
    assertThat(version1().exists(WEB)).isTrue();
    assertThat(version1().exists("/nereid-a/none")).isFalse();
  }

  @Test
  void aTreeIsRemovedFromBelowAndAParentOnlyWhenItIsEmpty() throws IOException {
    Files.createDirectories(temp.resolve("freezer/nereid-a/web/inner"));
    Files.createDirectories(temp.resolve("memory/nereid-a/db"));
    Cgroups cgroups = version1Again();
    cgroups.remove(WEB);
    cgroups.removeIfEmpty("/nereid-a");
    assertThat(temp.resolve("freezer/nereid-a")).doesNotExist();
    assertThat(temp.resolve("memory/nereid-a/db")).isDirectory();
  }
}
