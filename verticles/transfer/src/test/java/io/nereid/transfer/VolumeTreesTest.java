package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.linux.BeneathDir;
import io.nereid.port.SendReport;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.testkit.TreeFacts;
import io.nereid.transfer.manifest.Entry;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestException;
import io.nereid.transfer.manifest.ManifestWriter;
import io.nereid.transfer.tree.TreeBuilder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that a volume can hold, there and back. Needs root for owners and devices. */
class VolumeTreesTest {
  private static final long LARGE = 10L << 30;
  private TwoHosts hosts;
  private Path volumes;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(new com.sun.security.auth.module.UnixSystem().getUid() == 0, "needs root");
    hosts = new TwoHosts();
    volumes = hosts.directory("volumes");
  }

  @AfterEach
  void stop() throws Exception {
    if (hosts != null) {
      hosts.close();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path received(SetLabel label) {
    return hosts.target.received(hosts.migration, label).roots().get(TreeKind.VOLUMES);
  }

  private Tree tree(String... only) {
    return new Tree(TreeKind.VOLUMES, volumes, Set.of(only));
  }

  private void fill(Path volume) throws IOException {
    Files.createDirectories(volume.resolve("deep/er"));
    Files.write(volume.resolve("empty"), new byte[0]);
    Files.write(volume.resolve("plain"), Samples.bytes((3 << 20) + 17, 1));
    Files.createLink(volume.resolve("deep/er/same"), volume.resolve("plain"));
    Files.createSymbolicLink(volume.resolve("dangling"), Path.of("../../nowhere"));
    try (RandomAccessFile large = new RandomAccessFile(volume.resolve("large").toFile(), "rw")) {
      large.setLength(LARGE);
      large.seek(3L << 30);
      large.write(Samples.bytes(100_000, 2));
      large.seek(LARGE - 1);
      large.write(9);
    }
    try (BeneathDir dir = BeneathDir.open(volume)) {
      dir.makeWhiteout(utf8("whiteout"));
      dir.makeFifo(utf8("pipe"));
      dir.makeSocket(utf8("socket"));
      dir.makeDevice(utf8("deep/null"), false, 1, 3);
      dir.makeDevice(utf8("deep/loop"), true, 7, 300);
      dir.setAttribute(utf8("plain"), "user.note", new byte[] {0, 1, -1});
      dir.setOwner(utf8("socket"), 12, 34);
      dir.setPermissions(utf8("deep/null"), 0666);
      dir.setPermissions(utf8("deep/er"), 01777);
      dir.setOwner(utf8("dangling"), 42, 43);
      dir.setModified(utf8("deep"), 1_000_000_000, 123_456_789);
    }
  }

  @Test
  void everythingInVolumesArrivesAsItWas() throws Exception {
    Path one = hosts.directory("volumes/one");
    fill(one);
    Files.writeString(hosts.directory("volumes/two").resolve("file"), "2");
    Files.writeString(hosts.directory("volumes/other").resolve("file"), "of another container");
    SendReport report = hosts.send(SetLabel.FINAL, tree("one", "two"));
    assertThat(TreeFacts.of(received(SetLabel.FINAL).resolve("one"))).isEqualTo(TreeFacts.of(one));
    assertThat(received(SetLabel.FINAL).resolve("two/file")).hasContent("2");
    assertThat(received(SetLabel.FINAL).resolve("other")).doesNotExist();
    assertThat(report.bytesSent()).as("of 10 GiB of holes").isLessThan(12L << 20);
  }

  @Test
  void whatHasGoneAheadIsNotSentAgain() throws Exception {
    Path one = hosts.directory("volumes/one");
    Path grown = one.resolve("grown");
    Files.write(grown, Samples.bytes(8 << 20, 5));
    hosts.send(SetLabel.AHEAD, tree("one"));
    try (RandomAccessFile file = new RandomAccessFile(grown.toFile(), "rw")) {
      file.seek(file.length());
      file.write(Samples.bytes(1000, 6));
    }
    SendReport rest = hosts.send(SetLabel.FINAL, tree("one"));
    assertThat(TreeFacts.of(received(SetLabel.FINAL).resolve("one"))).isEqualTo(TreeFacts.of(one));
    assertThat(rest.bytesSent()).isLessThan(200_000);
  }

  @Test
  void holesNeedNoRoomAtTheTargetAndContentDoes() throws Exception {
    Path one = hosts.directory("volumes/one");
    try (RandomAccessFile large = new RandomAccessFile(one.resolve("large").toFile(), "rw")) {
      large.setLength(LARGE);
    }
    hosts.send(hosts.open(1 << 20), SetLabel.AHEAD, List.of(tree("one")), List.of());
    assertThat(received(SetLabel.AHEAD).resolve("one/large")).hasSize(LARGE);
    Files.write(one.resolve("more"), Samples.bytes(2 << 20, 3));
    assertThatThrownBy(
            () -> hosts.send(hosts.open(), SetLabel.FINAL, List.of(tree("one")), List.of()))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NO_SPACE));
  }

  @Test
  void devicesAndSocketsOfAPeerAreRefusedOutsideOfVolumes() throws Exception {
    Entry.Meta meta = new Entry.Meta(0600, 0, 0, 0, 0, List.of());
    List<Entry> refused =
        List.of(new Entry.Device(utf8("sda"), meta, true, 8, 0), new Entry.Socket(utf8("s"), meta));
    for (TreeKind kind : TreeKind.values()) {
      for (Entry entry : refused) {
        Path file = hosts.dir.resolve(kind + entry.shownPath());
        try (ManifestWriter writer = new ManifestWriter(file, kind)) {
          writer.add(new Entry.Directory(new byte[0], meta));
          writer.add(entry);
          writer.finishEntries();
        }
        Path into = hosts.directory("into-" + kind + entry.shownPath());
        try (Manifest manifest = Manifest.open(file);
            BeneathDir dir = BeneathDir.open(into)) {
          if (kind == TreeKind.VOLUMES) {
            TreeBuilder.create(manifest, dir);
            assertThat(into.resolve(entry.shownPath())).exists();
          } else {
            assertThatThrownBy(() -> TreeBuilder.create(manifest, dir))
                .isInstanceOf(ManifestException.class);
            assertThat(into).isEmptyDirectory();
          }
        }
      }
    }
  }
}
