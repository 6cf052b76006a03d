package io.nereid.nymph.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.BeneathDir;
import io.nereid.port.TreeKind;
import io.nereid.testkit.RequiresRuntime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Owners, whiteouts and trusted attributes need root. */
@RequiresRuntime
class ArchiveTest {
  private static final long ROOM = 1L << 30;
  @TempDir Path dir;
  private Snapshot snapshot;
  private Path layer;
  private Map<TreeKind, Path> roots;
  private int reads;

  @BeforeEach
  void trees() throws IOException {
    snapshot =
        new Snapshot(
            SnapshotId.random(),
            Optional.of("label"),
            ContainerId.random(),
            new ContainerName("cache"),
            new NodeId("a"),
            Snapshot.Origin.TAKEN,
            Instant.parse("2026-02-03T04:05:06Z"),
            new Epoch(3),
            new NetworkSpec(
                NetworkMode.BRIDGE,
                Optional.of("10.77.0.5/16"),
                Optional.of("10.77.0.1"),
                Optional.of("02:6e:0a:4d:00:05")),
            new Capabilities("x86_64", "6", "v2", "1", "4", "2", List.of(), List.of()),
            List.of("ab".repeat(32)),
            List.of("sh"),
            false,
            new Snapshot.Sizes(1, 2, 3, 4, 5),
            120,
            900);
    layer =
        tree(
            "layer",
            root -> {
              make(root, "etc/hosts", "lower");
              make(root, "gone/a", "a");
              make(root, "gone/b", "b");
            });
    roots =
        Map.of(
            TreeKind.BUNDLE,
                tree(
                    "bundle",
                    root -> {
                      make(root, "nereid.json", "{}");
                      make(root, "config.json", "{\"ociVersion\":\"1.0.2\",\"process\":{}}");
                      make(root, "dump.log", "words");
                    }),
            TreeKind.UPPER, upper(),
            TreeKind.LOG, tree("log", root -> make(root, "ctr.log", "line\n")),
            TreeKind.IMAGES,
                tree(
                    "images",
                    root -> {
                      make(root, "pages-1.img", "p".repeat(10_000));
                      make(root, "core-1.img", "core");
                    }));
  }

  private Path tree(String name, Consumer<Path> content) throws IOException {
    Path root = Files.createDirectory(dir.resolve(name));
    content.accept(root);
    return root;
  }

  private static void make(Path root, String name, String text) {
    try {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Path upper() throws IOException {
    Path root =
        tree(
            "upper",
            at -> {
              make(at, "data/file", "text");
              make(at, "long/" + "n".repeat(200) + "/" + "m".repeat(200), "deep");
              make(at, "gone/b", "again");
            });
    Files.createLink(root.resolve("data/same"), root.resolve("data/file"));
    Files.createSymbolicLink(root.resolve("data/link"), Path.of("/etc/passwd"));
    Files.setAttribute(root.resolve("data/file"), "unix:uid", 1234);
    Files.setAttribute(root.resolve("data/file"), "unix:mode", 04751);
    try (BeneathDir in = BeneathDir.open(root)) {
      in.makeWhiteout(bytes("etc"));
      in.makeFifo(bytes("pipe"));
      in.createFile(new byte[] {'b', (byte) 0xff, (byte) 0xfe}, 3);
      in.setAttribute(bytes("gone"), "trusted.overlay.opaque", bytes("y"));
      in.setAttribute(bytes("data"), "user.note", new byte[] {0, (byte) 0x80, 7});
    }
    return root;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] write(String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Path scratch = Files.createDirectories(dir.resolve("scratch"));
    new ArchiveWriter(snapshot, roots, layer, scratch).write(out, name);
    return out.toByteArray();
  }

  private ArchiveReader.Contents read(byte[] archive) throws IOException {
    Path into = Files.createDirectory(dir.resolve("read-" + reads++));
    return new ArchiveReader(into, ROOM).read(new ByteArrayInputStream(archive));
  }

  /** Everything that a tree is, by path. */
  private static Map<String, String> described(Path root) throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (BeneathDir in = BeneathDir.open(root)) {
      describe(in, new byte[0], all);
    }
    return all;
  }

  private static void describe(BeneathDir in, byte[] path, Map<String, String> all)
      throws IOException {
    var s = in.status(path);
    StringBuilder text = new StringBuilder();
    text.append(Integer.toOctalString(s.mode())).append(' ').append(s.uid()).append(' ');
    // A tar file has times of 100 ns.
    if (!s.isCharDevice()) {
      text.append(s.mtimeSeconds()).append('.').append(s.mtimeNanos() / 100).append(' ');
    }
    text.append(s.links());
    for (String attribute : in.attributeNames(path)) {
      text.append(' ').append(attribute).append(Arrays.toString(in.attribute(path, attribute)));
    }
    if (s.isFile()) {
      text.append(' ').append(s.size());
    } else if (s.isSymlink()) {
      text.append(" -> ").append(new String(in.readLink(path), StandardCharsets.ISO_8859_1));
    }
    all.put(new String(path, StandardCharsets.ISO_8859_1), text.toString());
    if (s.isDirectory()) {
      for (byte[] name : in.list(path, 1000)) {
        describe(in, TreeTar.join(path, name), all);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.tar", "a.tar.gz", "a.tar.zst", "a"})
  void whatWasWrittenIsReadBackIdentically(String name) throws IOException {
    ArchiveReader.Contents contents = read(write(name));
    assertThat(contents.snapshot()).isEqualTo(snapshot);
    assertThat(described(contents.roots().get(TreeKind.UPPER)))
        .isEqualTo(described(roots.get(TreeKind.UPPER)));
    assertThat(described(contents.layer().orElseThrow())).isEqualTo(described(layer));
    for (String image : List.of("pages-1.img", "core-1.img")) {
      assertThat(contents.roots().get(TreeKind.IMAGES).resolve(image))
          .hasSameBinaryContentAs(roots.get(TreeKind.IMAGES).resolve(image));
    }
    assertThat(contents.roots().get(TreeKind.LOG).resolve("ctr.log")).hasContent("line");
    assertThat(contents.roots().get(TreeKind.BUNDLE).resolve("dump.log")).hasContent("words");
  }

  @Test
  void itHasWhatOthersLookFor() throws IOException {
    Path file = dir.resolve("a.tar");
    Files.write(file, write("a.tar"));
    List<String> names = new java.util.ArrayList<>();
    Map<String, String> texts = new TreeMap<>();
    try (var in =
        new org.apache.commons.compress.archivers.tar.TarArchiveInputStream(
            Files.newInputStream(file))) {
      for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        names.add(e.getName());
        if (e.getSize() < 4096) {
          texts.put(e.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    assertThat(names)
        .contains(
            "checkpoint/",
            "checkpoint/pages-1.img",
            "config.dump",
            "spec.dump",
            "network.status",
            "deleted.files",
            "rootfs-diff.tar",
            "ctr.log",
            "dump.log");
    assertThat(names.getLast()).isEqualTo("nereid/digests.json");
    assertThat(texts.get("config.dump")).contains("\"name\" : \"cache\"", "rootfsImageID");
    assertThat(texts.get("deleted.files"))
        .contains("\"etc\"", "\"gone/a\"")
        .doesNotContain("gone/b");
    assertThat(texts.get("network.status")).contains("10.77.0.5/16");
  }

  @Test
  void aFlippedBitAnywhereIsNoticed() throws IOException {
    byte[] good = write("a.tar");
    for (int at = 0; at < good.length - 1024; at += 997) {
      byte[] bad = good.clone();
      bad[at] ^= 1 << (at % 8);
      boolean same = false;
      try {
        ArchiveReader.Contents contents = read(bad);
        // Padding, and the times and owners of entries, are no content.
        same =
            contents.snapshot().equals(snapshot)
                && described(contents.roots().get(TreeKind.UPPER))
                    .equals(described(roots.get(TreeKind.UPPER)));
      } catch (ArchiveException e) {
        continue;
      }
      assertThat(same).as("bit at byte %d", at).isTrue();
    }
  }

  @Test
  void anArchiveThatIsCutOffIsRefused() throws IOException {
    byte[] good = write("a.tar.zst");
    for (int length = 0; length < good.length - 1; length += Math.max(1, good.length / 23)) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(ArchiveException.class);
    }
  }

  private interface Entries {
    void add(TarArchiveOutputStream out) throws IOException;
  }

  private static byte[] tar(Entries entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = TreeTar.open(bytes)) {
      entries.add(out);
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream out, String name, byte type, String link)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    boolean file = type == TarConstants.LF_NORMAL;
    entry.setSize(file ? 1 : 0);
    if (!link.isEmpty()) {
      entry.setLinkName(link);
    }
    out.putArchiveEntry(entry);
    if (file) {
      out.write('x');
    }
    out.closeArchiveEntry();
  }

  static Stream<Entries> hostile() {
    return Stream.of(
        out -> add(out, "../outside", TarConstants.LF_NORMAL, ""),
        out -> add(out, "/etc/outside", TarConstants.LF_NORMAL, ""),
        out -> add(out, "checkpoint/../../outside", TarConstants.LF_NORMAL, ""),
        out -> add(out, "checkpoint/sub/outside", TarConstants.LF_NORMAL, ""),
        out -> add(out, "checkpoint/..", TarConstants.LF_NORMAL, ""),
        out -> add(out, "other", TarConstants.LF_NORMAL, ""),
        out -> add(out, "checkpoint", TarConstants.LF_SYMLINK, "/etc"),
        out -> add(out, "checkpoint/pages-1.img", TarConstants.LF_SYMLINK, "/etc/passwd"),
        out -> add(out, "checkpoint/pages-1.img", TarConstants.LF_LINK, "/etc/passwd"),
        out -> add(out, "checkpoint/null", TarConstants.LF_CHR, ""),
        out -> add(out, "checkpoint/pipe", TarConstants.LF_FIFO, ""),
        out -> {
          add(out, "config.dump", TarConstants.LF_NORMAL, "");
          add(out, "./config.dump", TarConstants.LF_NORMAL, "");
        },
        out -> add(out, "config.dump", TarConstants.LF_NORMAL, ""),
        out -> add(out, "nereid/snapshot.json", TarConstants.LF_NORMAL, ""),
        out -> {});
  }

  @ParameterizedTest
  @MethodSource
  void hostile(Entries entries) throws IOException {
    byte[] archive = tar(entries);
    assertThatThrownBy(() -> read(archive)).isInstanceOf(ArchiveException.class);
    assertThat(dir.resolve("outside")).doesNotExist();
    assertThat(Files.exists(Path.of("/etc/outside"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  static Stream<Entries> hostileTrees() {
    return Stream.of(
        out -> add(out, "../outside", TarConstants.LF_NORMAL, ""),
        out -> add(out, "/outside", TarConstants.LF_NORMAL, ""),
        out -> add(out, "a/../../outside", TarConstants.LF_NORMAL, ""),
        out -> add(out, "a//b", TarConstants.LF_NORMAL, ""),
        out -> {
          add(out, "way", TarConstants.LF_SYMLINK, "..");
          add(out, "way/outside", TarConstants.LF_NORMAL, "");
        },
        out -> add(out, "same", TarConstants.LF_LINK, "../../secret"),
        out -> add(out, "same", TarConstants.LF_LINK, "/etc/passwd"),
        out -> {
          add(out, "way", TarConstants.LF_SYMLINK, "/etc");
          add(out, "same", TarConstants.LF_LINK, "way/passwd");
        },
        out -> add(out, "disk", TarConstants.LF_BLK, ""),
        out -> add(out, "null", TarConstants.LF_CHR, ""),
        out -> {
          add(out, "twice", TarConstants.LF_NORMAL, "");
          add(out, "twice", TarConstants.LF_NORMAL, "");
        });
  }

  @ParameterizedTest
  @MethodSource
  void hostileTrees(Entries entries) throws IOException {
    Files.writeString(dir.resolve("secret"), "secret");
    byte[] tar = tar(entries);
    Path root = Files.createDirectories(dir.resolve("trees/one"));
    TreeTar.Hidden nothing = new TreeTar.Hidden(List.of(), List.of());
    assertThatThrownBy(() -> TreeUntar.read(new ByteArrayInputStream(tar), root, ROOM, nothing))
        .isInstanceOf(ArchiveException.class);
    try (Stream<Path> all = Files.walk(dir.resolve("trees"))) {
      assertThat(all.map(p -> p.getFileName().toString())).doesNotContain("outside");
    }
    assertThat(dir.resolve("outside")).doesNotExist();
  }

  @Test
  void moreThanThereIsRoomForIsRefused() throws IOException {
    byte[] archive = write("a.tar.zst");
    Path into = Files.createDirectory(dir.resolve("small"));
    assertThatThrownBy(() -> new ArchiveReader(into, 1000).read(new ByteArrayInputStream(archive)))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("room");
  }
}
