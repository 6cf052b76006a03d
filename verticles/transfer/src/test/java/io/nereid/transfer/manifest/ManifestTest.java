package io.nereid.transfer.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ManifestTest {
  private static final Entry.Meta META = new Entry.Meta(0755, 0, 0, 0, 0, List.of());

  @Provide
  Arbitrary<List<Entry>> trees() {
    return Entries.trees();
  }

  @Property(tries = 60)
  void whatIsWrittenIsRead(@ForAll("trees") List<Entry> tree) throws IOException {
    withManifest(
        tree,
        (file, header) -> {
          try (Manifest manifest = Manifest.open(file)) {
            List<Entry> read = new ArrayList<>();
            manifest.forEach((entry, files) -> read.add(entry));
            assertThat(read).usingRecursiveComparison().isEqualTo(tree);
            assertThat(manifest.header()).isEqualTo(header);
          }
        });
  }

  @Property(tries = 50)
  void everyChunkBelongsToOneFileAndLengthsAddUp(@ForAll("trees") List<Entry> tree)
      throws IOException {
    withManifest(
        tree,
        (file, header) -> {
          try (Manifest manifest = Manifest.open(file)) {
            FileTable files = manifest.files();
            long sum = 0;
            for (int chunk = 0; chunk < files.chunks(); chunk++) {
              int owner = files.fileOf(chunk);
              assertThat(chunk).isBetween(files.firstChunk(owner), files.endChunk(owner) - 1);
              assertThat(files.lengthOf(owner, chunk)).isPositive();
              sum += files.lengthOf(owner, chunk);
            }
            assertThat(sum).isEqualTo(header.contentBytes());
            assertThat(files.bytesOf(0, files.chunks())).isEqualTo(sum);
          }
        });
  }

  @Property(tries = 150)
  void aDamagedManifestIsRefusedOrReadButNeverBreaksAnything(
      @ForAll("trees") List<Entry> tree,
      @ForAll @IntRange(max = 1 << 20) int where,
      @ForAll byte what)
      throws IOException {
    withManifest(
        tree,
        (file, header) -> {
          byte[] bytes = Files.readAllBytes(file);
          bytes[where % bytes.length] ^= what;
          Files.write(file, bytes);
          try (Manifest manifest = Manifest.open(file)) {
            manifest.forEach((entry, files) -> assertThat(entry.path().length).isLessThan(4096));
          } catch (ManifestException refused) {
            assertThat(refused.getMessage()).isNotBlank();
          }
        });
  }

  @Property(tries = 150)
  void randomBytesAreNoManifest(@ForAll @Size(max = 300) byte[] bytes) throws IOException {
    Path file = Files.createTempFile("manifest", "");
    try {
      Files.write(file, bytes);
      assertThatThrownBy(() -> Manifest.open(file)).isInstanceOf(ManifestException.class);
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 500)
  void randomBytesAreNoEntryOrOneThatIsWithinTheLimits(@ForAll @Size(max = 200) byte[] bytes) {
    try {
      Entry entry = EntryCodec.read(ByteBuffer.wrap(bytes));
      assertThat(entry.path().length).isLessThanOrEqualTo(bytes.length);
    } catch (ManifestException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Property(tries = 50)
  void theIdentityOfALayerDoesNotDependOnTimes(
      @ForAll("trees") List<Entry> tree, @ForAll long seconds) throws IOException {
    List<Entry> layer =
        tree.stream()
            .filter(e -> !(e instanceof Entry.Whiteout))
            .map(e -> withTime(e, seconds))
            .toList();
    List<Entry> other = layer.stream().map(e -> withTime(e, seconds + 1)).toList();
    assertThat(layerDigest(layer)).isEqualTo(layerDigest(other)).hasSize(64);
  }

  private static String layerDigest(List<Entry> tree) throws IOException {
    String[] digest = {null};
    withManifest(
        tree,
        (file, header) -> {
          try (Manifest manifest = Manifest.open(file)) {
            digest[0] = manifest.layerDigest();
          }
        });
    return digest[0];
  }

  private static Entry withTime(Entry e, long seconds) {
    Entry.Meta m = e.meta();
    Entry.Meta t = new Entry.Meta(m.permissions(), m.uid(), m.gid(), seconds, 7, m.attributes());
    return switch (e) {
      case Entry.Directory d -> new Entry.Directory(d.path(), t);
      case Entry.RegularFile f -> new Entry.RegularFile(f.path(), t, f.size());
      case Entry.Symlink s -> new Entry.Symlink(s.path(), t, s.target());
      case Entry.HardLink h -> new Entry.HardLink(h.path(), t, h.file());
      case Entry.Fifo f -> new Entry.Fifo(f.path(), t);
      case Entry.Whiteout w -> new Entry.Whiteout(w.path(), t);
      case Entry.Socket s -> new Entry.Socket(s.path(), t);
      case Entry.Device d -> new Entry.Device(d.path(), t, d.block(), d.major(), d.minor());
    };
  }

  @org.junit.jupiter.api.Test
  void pathsThatCouldLeadOutsideAreRefused() {
    for (String path : List.of("..", "a/../b", "/etc", "a//b", "a/", ".", "./a", "a/.", "a\0b")) {
      refused(List.of(file(path)), path);
    }
    refused(List.of(file("x".repeat(256))), "too long");
    refused(List.of(file("a/" + "b/".repeat(300) + "c")), "too deep");
  }

  @org.junit.jupiter.api.Test
  void nothingLiesBelowALinkOrAFileOrInNoDirectory() {
    refused(List.of(link("a", "/etc"), file("a/passwd")), "below a link");
    refused(List.of(file("a"), file("a/b")), "below a file");
    refused(List.of(file("a/b")), "without its directory");
  }

  @org.junit.jupiter.api.Test
  void duplicatesAndDisorderAreRefused() {
    refused(List.of(file("a"), file("a")), "twice");
    refused(List.of(link("a", "b"), directory("a")), "twice with another type");
    refused(List.of(file("b"), file("a")), "descending");
    refused(List.of(directory("a"), directory("b"), file("a/x")), "back in an earlier directory");
    refused(List.of(directory("")), "a second root");
    refused(
        List.of(new Entry.HardLink("a".getBytes(java.nio.charset.StandardCharsets.UTF_8), META, 0)),
        "a link to nothing");
    refused(
        List.of(
            new Entry.HardLink("a".getBytes(java.nio.charset.StandardCharsets.UTF_8), META, 0),
            file("b")),
        "a link to what follows");
  }

  private static Entry file(String path) {
    return new Entry.RegularFile(path.getBytes(java.nio.charset.StandardCharsets.UTF_8), META, 1);
  }

  private static Entry directory(String path) {
    return new Entry.Directory(path.getBytes(java.nio.charset.StandardCharsets.UTF_8), META);
  }

  private static Entry link(String path, String target) {
    return new Entry.Symlink(
        path.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        META,
        target.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static void refused(List<Entry> entries, String why) {
    TreeOrder order = new TreeOrder();
    assertThatThrownBy(
            () -> {
              order.accept(new Entry.Directory(new byte[0], META));
              for (Entry entry : entries) {
                order.accept(entry);
              }
            })
        .as(why)
        .isInstanceOf(ManifestException.class)
        .hasMessageStartingWith("entry ");
  }

  private interface Check {
    void on(Path file, ManifestHeader header) throws IOException;
  }

  private static void withManifest(List<Entry> tree, Check check) throws IOException {
    Path file = Files.createTempFile("manifest", "");
    Files.delete(file);
    try {
      try (ManifestWriter writer = new ManifestWriter(file, TreeKind.UPPER)) {
        for (Entry entry : tree) {
          writer.add(entry);
        }
        ManifestHeader header = writer.finishEntries();
        byte[] digests = new byte[header.chunks() * 32];
        Arrays.fill(digests, (byte) 9);
        writer.digests(header, 0, digests, digests.length);
        check.on(file, header);
      }
    } finally {
      Files.delete(file);
    }
  }
}
