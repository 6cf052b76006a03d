package io.nereid.nymph.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.Volume;
import io.nereid.domain.volume.VolumeUser;
import io.nereid.nymph.HostBasics;
import io.nereid.nymph.bundle.BundleVolume;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.testing.FakeTransfer;
import io.nereid.process.ProgramEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has which volume, and what becomes of it when its container leaves, comes or goes. */
class VolumesTest {
  private static final VolumeName NAME = new VolumeName("state");
  private static final VolumeName GIVEN = new VolumeName("given");
  private final VolumeUser first = user("first");
  private final VolumeUser second = user("second");
  @TempDir private Path directory;
  private HostBasics basics;
  private Volumes volumes;

  private static VolumeUser user(String name) {
    return new VolumeUser(ContainerId.random(), new ContainerName(name));
  }

  @BeforeEach
  void open() {
    HostPaths paths =
        new HostPaths(
            new NodeId("h"),
            directory.resolve("data"),
            directory.resolve("run"),
            directory.resolve("dumps"));
    basics = HostBasics.open(paths, ProgramEnvironment.from(System.getenv()));
    volumes =
        Volumes.open(
            paths,
            new FakeTransfer(directory.resolve("data/layers")),
            basics.delete(),
            basics.runner(),
            Clock.systemUTC());
    volumes.claims().resume();
  }

  @AfterEach
  void close() {
    basics.close();
  }

  private void comeBack() {
    close();
    open();
  }

  private static List<BundleVolume> wanting(VolumeName... names) {
    return java.util.Arrays.stream(names)
        .map(n -> new BundleVolume(n, Optional.empty(), "/" + n, n.equals(GIVEN)))
        .toList();
  }

  private Path content(VolumeName name) {
    return directory.resolve("data/volumes/data").resolve(name.value());
  }

  private static void refused(FailureCode code, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(code);
              assertThat(e.failure().message()).contains(words);
            });
  }

  private void makeBoth() throws IOException {
    Path source = Files.createDirectories(directory.resolve("source"));
    Files.writeString(source.resolve("file"), "content");
    volumes.store().make(NAME, false, Optional.empty());
    volumes.store().make(GIVEN, true, Optional.of(source.toString()));
  }

  @Test
  void aNameIsGivenOnceAndSurvivesTheDaemon() throws IOException {
    makeBoth();
    long version = volumes.store().version();
    refused(
        FailureCode.NAME_TAKEN,
        "'state'",
        () -> volumes.store().make(NAME, false, Optional.empty()));
    comeBack();
    assertThat(volumes.store().all()).extracting(Volume::name).containsExactly(GIVEN, NAME);
    assertThat(volumes.store().version()).isNotEqualTo(version);
    assertThat(content(NAME)).isEmptyDirectory();
  }

  @Test
  void aWritableOneCanBeginAsACopy() throws IOException {
    Path source = Files.createDirectories(directory.resolve("source"));
    Files.writeString(source.resolve("file"), "content");
    volumes.store().make(NAME, false, Optional.of(source.toString()));
    assertThat(content(NAME).resolve("file")).hasContent("content");
    refused(
        FailureCode.BAD_REQUEST,
        "is not the absolute path of a directory",
        () -> volumes.store().make(GIVEN, true, Optional.of(directory.resolve("no").toString())));
    refused(
        FailureCode.BAD_REQUEST,
        "needs content",
        () -> volumes.store().make(GIVEN, true, Optional.empty()));
    assertThat(volumes.store().all()).extracting(Volume::name).containsExactly(NAME);
  }

  @Test
  void aWritableOneHasOneContainerAndAReadOnlyOneAny() throws IOException {
    makeBoth();
    List<BundleVolume> pinned = volumes.claims().claim(first, wanting(NAME, GIVEN));
    assertThat(pinned.getFirst().digest()).isEmpty();
    assertThat(pinned.getLast().digest()).isPresent();
    comeBack();
    refused(
        FailureCode.BUSY,
        "container 'first' has volume 'state'",
        () -> volumes.claims().claim(second, wanting(GIVEN, NAME)));
    assertThat(volumes.moves().digests(second.id())).as("all or nothing").isEmpty();
    volumes.claims().claim(second, wanting(GIVEN));
    refused(FailureCode.BUSY, "container 'first'", () -> volumes.store().remove(NAME));
    volumes.claims().release(first.id());
    volumes.claims().claim(second, wanting(NAME));
  }

  @Test
  void theContainerTakesACondemnedOneWithItAndNoOther() throws IOException {
    makeBoth();
    volumes.claims().claim(first, wanting(NAME, GIVEN));
    volumes.claims().condemn(first.id());
    comeBack();
    assertThat(content(NAME)).exists();
    volumes.claims().release(first.id());
    assertThat(content(NAME)).doesNotExist();
    assertThat(volumes.store().all()).extracting(Volume::name).containsExactly(GIVEN);
  }

  @Test
  void whatComesCountsWhenItsContainerRunsAndLeavesNothingOtherwise() throws IOException {
    Path root = Files.createDirectories(directory.resolve("data/incoming-tree"));
    Files.writeString(Files.createDirectory(root.resolve("state")).resolve("file"), "moved");
    volumes.moves().arrive(first, wanting(NAME), Optional.of(root), List.of(NAME), false);
    assertThat(volumes.store().all()).isEmpty();
    assertThat(content(NAME).resolve("file")).hasContent("moved");
    comeBack();
    volumes.moves().arrived(first.id());
    assertThat(volumes.store().all()).singleElement().matches(v -> v.users().contains(first));
    volumes.moves().drop(first.id());
    assertThat(content(NAME)).doesNotExist();
    assertThat(volumes.store().all()).isEmpty();
  }

  @Test
  void whatWasNotAnnouncedOrIsHereAlreadyIsRefused() throws IOException {
    Path root = Files.createDirectories(directory.resolve("data/incoming-tree"));
    Files.createDirectory(root.resolve("state"));
    refused(
        FailureCode.PROTOCOL,
        "other volumes",
        () -> volumes.moves().arrive(first, wanting(NAME), Optional.of(root), List.of(), false));
    Files.createDirectory(root.resolve("more"));
    refused(
        FailureCode.PROTOCOL,
        "other volumes",
        () ->
            volumes.moves().arrive(first, wanting(NAME), Optional.of(root), List.of(NAME), false));
    Files.delete(root.resolve("more"));
    volumes.store().make(NAME, false, Optional.empty());
    Files.writeString(content(NAME).resolve("mine"), "kept");
    refused(
        FailureCode.NAME_TAKEN,
        "'state'",
        () ->
            volumes.moves().arrive(first, wanting(NAME), Optional.of(root), List.of(NAME), false));
    volumes.moves().drop(first.id());
    assertThat(content(NAME).resolve("mine")).hasContent("kept");
  }

  @Test
  void whatIsRestoredReplacesAnUnusedOneAndGivesItBackWhenItDoesNotStay() throws IOException {
    volumes.store().make(NAME, false, Optional.empty());
    Files.writeString(content(NAME).resolve("file"), "before");
    restored();
    assertThat(content(NAME).resolve("file")).hasContent("restored");
    comeBack();
    volumes.moves().drop(first.id());
    assertThat(content(NAME).resolve("file")).hasContent("before");
    assertThat(volumes.store().all()).singleElement().matches(v -> v.users().isEmpty());

    restored();
    volumes.moves().arrived(first.id());
    comeBack();
    assertThat(content(NAME).resolve("file")).hasContent("restored");
    assertThat(directory.resolve("data/volumes/replaced")).isEmptyDirectory();
    refused(FailureCode.BUSY, "container 'first'", this::restored);
  }

  private void restored() throws IOException {
    Path root = Files.createDirectories(directory.resolve("data/incoming-tree"));
    Files.writeString(Files.createDirectories(root.resolve("state")).resolve("file"), "restored");
    volumes.moves().arrive(first, wanting(NAME), Optional.of(root), List.of(NAME), true);
  }
}
