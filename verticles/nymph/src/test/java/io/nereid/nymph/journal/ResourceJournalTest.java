package io.nereid.nymph.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.ContainerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceJournalTest {
  private static final ContainerId WEB = new ContainerId("0".repeat(32));
  private static final ContainerId DB = new ContainerId("1".repeat(32));
  private static final List<Resource> ALL_KINDS =
      List.of(
          new Resource.Mount(Path.of("/a b/\"c\"")),
          new Resource.NetNs(Path.of("/run/netns/x")),
          new Resource.Veth("nrd0"),
          new Resource.Cgroup("/nereid-a/x"),
          new Resource.Directory(Path.of("/d")),
          new Resource.NftTable("", "inet", "park"),
          new Resource.Process(42, 4711, "conmon"),
          new Resource.CpuQuota(Path.of("/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us"), "-1"),
          new Resource.RuntimeContainer(WEB.value()));

  @TempDir Path directory;

  private ResourceJournal reopened() {
    return ResourceJournal.open(directory);
  }

  @Test
  void everyKindOfResourceIsRememberedByWhoeverOpensNext() {
    // Not closed, as after a kill -9.
    ResourceJournal killed = reopened();
    ALL_KINDS.forEach(r -> killed.record(WEB, r));
    assertThat(reopened().of(WEB)).isEqualTo(ALL_KINDS);
    assertThat(ALL_KINDS).hasSize(Resource.class.getPermittedSubclasses().length);
  }

  @Test
  void whatIsForgottenStaysForgotten() {
    ResourceJournal journal = reopened();
    journal.record(WEB, new Resource.Veth("a"));
    journal.record(DB, new Resource.Veth("b"));
    journal.forget(WEB, new Resource.Veth("a"));
    assertThat(reopened().all()).containsExactly(new JournalEntry(DB, new Resource.Veth("b")));
  }

  @Test
  void recordingTwiceIsRecordingOnce() {
    ResourceJournal journal = reopened();
    journal.record(WEB, new Resource.Veth("a"));
    journal.record(WEB, new Resource.Veth("a"));
    journal.forget(WEB, new Resource.Veth("a"));
    assertThat(journal.all()).isEmpty();
    assertThat(reopened().all()).isEmpty();
  }

  @Test
  void aTornLastLineIsDroppedAndTheRestIsKept() throws IOException {
    ResourceJournal journal = reopened();
    journal.record(WEB, new Resource.Veth("a"));
    journal.close();
    Files.write(
        directory.resolve("resources.log"),
        "{\"made\":true,\"entry\":{\"contai".getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.APPEND);
    ResourceJournal next = reopened();
    assertThat(next.of(WEB)).containsExactly(new Resource.Veth("a"));
    next.record(DB, new Resource.Veth("b"));
    assertThat(reopened().all()).hasSize(2);
  }

  @Test
  void linesThatAreNoEntriesAreSkipped() throws IOException {
    Files.writeString(
        directory.resolve("resources.log"),
        "{}\nnull\n\0\0\0\n{\"made\":true,\"entry\":{\"container\":\"x\",\"resource\":null}}\n");
    assertThat(reopened().all()).isEmpty();
  }

  @Test
  void theFileDoesNotGrowForever() throws IOException {
    ResourceJournal journal = reopened();
    for (int i = 0; i < 2_000; i++) {
      Resource veth = new Resource.Veth("v" + i);
      journal.record(WEB, veth);
      journal.forget(WEB, veth);
    }
    assertThat(Files.size(directory.resolve("resources.log"))).isLessThan(200_000);
  }
}
