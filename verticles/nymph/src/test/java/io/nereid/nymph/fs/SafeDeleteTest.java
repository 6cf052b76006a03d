package io.nereid.nymph.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.id.NodeId;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRuntime
class SafeDeleteTest {
  private final SystemProcessRunner runner = SystemProcessRunner.ofThisHost();
  private final Mounts mounts = new Mounts(runner);
  @TempDir Path temp;
  private HostPaths paths;
  private SafeDelete delete;
  private Path precious;

  @BeforeEach
  void makeSomethingPrecious() throws IOException {
    paths =
        new HostPaths(
            new NodeId("a"), temp.resolve("data"), temp.resolve("run"), temp.resolve("dumps"));
    delete = new SafeDelete(runner, mounts, paths);
    precious = Files.createDirectories(temp.resolve("precious"));
    Files.writeString(precious.resolve("file"), "keep me");
  }

  @AfterEach
  void leaveNoMounts() {
    mounts.unmountBelow(temp);
    assertThat(MountTable.read().below(temp)).isEmpty();
  }

  @Test
  void whatIsBindMountedBelowADirectorySurvivesItsDeletion() throws IOException {
    Path work = Files.createDirectories(paths.containers().resolve("x/criu work/.criu.mntns.1"));
    mounts.mount("none", precious.toString(), work, List.of("bind"));
    Path inner = Files.createDirectories(work.resolve("inner"));
    mounts.mount("tmpfs", "t", inner, List.of("size=64k"));
    delete.delete(paths.containers().resolve("x"));
    assertThat(paths.containers().resolve("x")).doesNotExist();
    assertThat(precious.resolve("file")).hasContent("keep me");
  }

  @Test
  void linksAreRemovedAndNotFollowed() throws IOException {
    Path directory = Files.createDirectories(paths.containers().resolve("x/d"));
    Files.createSymbolicLink(directory.resolve("link"), precious);
    Path linkItself = Files.createSymbolicLink(paths.containers().resolve("y"), precious);
    delete.delete(paths.containers().resolve("x"));
    delete.delete(linkItself);
    assertThat(paths.containers()).isEmptyDirectory();
    assertThat(precious.resolve("file")).hasContent("keep me");
  }

  @Test
  void aMountIsFoundThroughADirectoryThatIsALink() throws IOException {
    Files.createDirectories(temp.resolve("elsewhere/containers/x/m"));
    Files.createSymbolicLink(paths.data(), temp.resolve("elsewhere"));
    mounts.mount(
        "none", precious.toString(), temp.resolve("elsewhere/containers/x/m"), List.of("bind"));
    delete.delete(paths.containers().resolve("x"));
    assertThat(temp.resolve("elsewhere/containers/x")).doesNotExist();
    assertThat(precious.resolve("file")).hasContent("keep me");
  }

  @Test
  void aTreeDeeperThanAnyPathIsDeleted() throws IOException {
    Path directory = Files.createDirectories(paths.containers().resolve("x"));
    String script =
        "i=0; while [ $i -lt 300 ]; do mkdir dddddddddddddddddd && cd -P dddddddddddddddddd || exit 1; i=$((i+1)); done";
    assertThat(
            runner
                .run(
                    io.nereid.process.Command.of(
                            java.time.Duration.ofSeconds(20), "bash", "-c", script)
                        .in(directory))
                .ok())
        .isTrue();
    delete.delete(directory);
    assertThat(directory).doesNotExist();
  }

  @Test
  void whatIsNotOursIsRefused() {
    for (Path foreign :
        List.of(precious, paths.data(), temp, Path.of("/"), paths.data().resolve("../precious"))) {
      assertThatThrownBy(() -> delete.delete(foreign))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not ours");
    }
    assertThat(precious.resolve("file")).exists();
  }

  @Test
  void deletionAtOnceLeavesNothingAndTheTrashOfAKilledDaemonIsEmptied() throws IOException {
    Path directory = Files.createDirectories(paths.containers().resolve("x/m"));
    mounts.mount("none", precious.toString(), directory, List.of("bind"));
    delete.deleteAtOnce(paths.containers().resolve("x"));
    assertThat(paths.containers().resolve("x")).doesNotExist();
    Path left = Files.createDirectories(paths.trash().resolve("y-1/m"));
    mounts.mount("none", precious.toString(), left, List.of("bind"));
    delete.emptyTrash();
    assertThat(paths.trash()).isEmptyDirectory();
    assertThat(precious.resolve("file")).hasContent("keep me");
  }
}
