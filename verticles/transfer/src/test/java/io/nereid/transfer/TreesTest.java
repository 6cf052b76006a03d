package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.linux.BeneathDir;
import io.nereid.linux.FileStatus;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that a writable layer can hold, there and back. Needs root for owners and devices. */
class TreesTest {
  private static final byte[] ROOT = {};
  private TwoHosts hosts;
  private Path upper;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(new com.sun.security.auth.module.UnixSystem().getUid() == 0, "needs root");
    hosts = new TwoHosts();
    upper = hosts.directory("upper");
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

  private Path sendUpper() {
    hosts.send(SetLabel.FINAL, new Tree(TreeKind.UPPER, upper));
    return hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.UPPER);
  }

  @Test
  void everythingInAWritableLayerArrivesAsItWas() throws Exception {
    Files.createDirectories(upper.resolve("etc/deep/er"));
    Files.writeString(upper.resolve("etc/conf"), "x=1\n");
    Files.write(upper.resolve("empty"), new byte[0]);
    Files.write(upper.resolve("exactly"), Samples.bytes(128 * 1024, 1));
    Files.write(upper.resolve("almost"), Samples.bytes(128 * 1024 + 1, 2));
    Files.createSymbolicLink(upper.resolve("absolute"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(upper.resolve("dangling"), Path.of("../../nowhere"));
    Files.createLink(upper.resolve("etc/hard"), upper.resolve("almost"));
    try (RandomAccessFile sparse = new RandomAccessFile(upper.resolve("sparse").toFile(), "rw")) {
      sparse.setLength(10 << 20);
      sparse.seek(5 << 20);
      sparse.write(7);
    }
    try (BeneathDir dir = BeneathDir.open(upper)) {
      dir.makeWhiteout(utf8("etc/deleted"));
      dir.makeFifo(utf8("pipe"));
      dir.setAttribute(utf8("etc/deep"), "trusted.overlay.opaque", utf8("y"));
      dir.setAttribute(utf8("etc/conf"), "user.note", new byte[] {0, 1, -1});
      dir.setAttribute(utf8("etc/conf"), "trusted.overlay.origin", utf8("of this host only"));
      dir.setOwner(utf8("exactly"), 1234, 5678);
      dir.setOwner(utf8("dangling"), 42, 43);
      dir.setAttribute(
          utf8("exactly"),
          "security.capability",
          HexFormat.of().parseHex("0100000200200000000000000000000000000000"));
      dir.setPermissions(utf8("almost"), 06751);
      dir.setPermissions(utf8("etc/deep"), 01777);
      for (String name :
          List.of("etc/conf", "dangling", "etc/deleted", "pipe", "etc/deep", "etc")) {
        dir.setModified(utf8(name), 1_000_000_000L + name.length(), 123_456_789);
      }
      dir.setModified(ROOT, 1_234_567_890L, 1);
      dir.setPermissions(ROOT, 0755);
    }
    Path copy = sendUpper();
    List<String> before = describe(upper);
    before.removeIf(line -> line.contains("trusted.overlay.origin"));
    assertThat(describe(copy)).isEqualTo(before).hasSizeGreaterThan(15);
    assertThat(copy.resolve("almost")).hasSameBinaryContentAs(upper.resolve("almost"));
    assertThat(copy.resolve("exactly")).hasSameBinaryContentAs(upper.resolve("exactly"));
    assertThat(copy.resolve("sparse")).hasSameBinaryContentAs(upper.resolve("sparse"));
    assertThat(Files.getAttribute(copy.resolve("almost"), "unix:ino"))
        .isEqualTo(Files.getAttribute(copy.resolve("etc/hard"), "unix:ino"));
  }

  @Test
  void namesMayHoldAnyBytes() throws Exception {
    List<byte[]> names =
        List.of(
            utf8("new\nline"),
            utf8(" leading and trailing "),
            utf8("ünïcödé ☃"),
            utf8("-rf *;$(x)'\""),
            new byte[] {(byte) 0xff, (byte) 0xfe, 1, (byte) 0x80},
            utf8("x".repeat(255)));
    try (BeneathDir dir = BeneathDir.open(upper)) {
      for (byte[] name : names) {
        dir.makeDirectory(name);
        byte[] inside = Arrays.copyOf(name, name.length * 2 + 1);
        inside[name.length] = '/';
        System.arraycopy(name, 0, inside, name.length + 1, name.length);
        dir.createFile(inside, 3);
      }
    }
    assertThat(describe(sendUpper())).isEqualTo(describe(upper)).hasSize(1 + 2 * names.size());
  }

  @Test
  void socketsAreLeftOutBecauseNobodyListensElsewhere() throws Exception {
    Files.writeString(upper.resolve("a"), "a");
    try (var channel =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      channel.bind(java.net.UnixDomainSocketAddress.of(upper.resolve("socket")));
      assertThat(sendUpper()).isDirectoryContaining(p -> p.endsWith("a"));
    }
    Path copy = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.UPPER);
    assertThat(copy.resolve("socket")).doesNotExist();
  }

  @Test
  void anEmptyTreeArrives() throws Exception {
    assertThat(sendUpper()).isEmptyDirectory();
  }

  @Test
  void aDeviceNodeIsRefusedByNameBeforeAnythingIsSent() throws Exception {
    new ProcessBuilder("mknod", upper.resolve("null").toString(), "c", "1", "3").start().waitFor();
    assertThatThrownBy(this::sendUpper)
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(FailureCode.UNSUPPORTED);
              assertThat(e.failure().message()).contains("null").contains("1:3");
              assertThat(e.failure().remedy()).isNotBlank();
            });
    assertThat(hosts.dir.resolve("b/transfer/sessions/" + hosts.migration)).isEmptyDirectory();
  }

  @Test
  void aFileThatChangesWhileTheFinalSetIsSentIsNamed() throws Exception {
    Path images = hosts.directory("images");
    Path pages = Samples.pages(images.resolve("pages-1.img"), 2000, 1);
    var ticket = hosts.open();
    // The proxy changes the file when half of it has passed.
    try (Proxy proxy =
        new Proxy(
            ticket.dataPort(),
            (offset, piece, length) -> {
              if (offset < 2_000_000 && offset + length >= 2_000_000) {
                try {
                  Samples.pages(pages, 2000, 2);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              }
              return length;
            })) {
      assertThatThrownBy(() ->
              hosts.source.send(
                  new io.nereid.port.SendRequest(
                      hosts.migration,
                      hosts.container,
                      new io.nereid.port.TransferTicket(
                          "127.0.0.1", ticket.controlPort(), proxy.port(), ticket.token()),
                      SetLabel.FINAL,
                      List.of(new Tree(TreeKind.IMAGES, images)),
                      List.of(),
                      4 << 20),
                  p -> {}))
          .isInstanceOf(FailureException.class)
          .hasMessageContaining("pages-1.img")
          .hasMessageContaining("changed while it was being sent");
    }
    assertThatThrownBy(() -> hosts.target.received(hosts.migration, SetLabel.FINAL))
        .isInstanceOf(FailureException.class);
  }

  @Test
  void whatChangesWhileItIsSentAheadIsLeftToTheFinalSet() throws Exception {
    for (int i = 0; i < 200; i++) {
      Files.write(upper.resolve("file" + i), Samples.bytes(50_000 + i, i));
    }
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                for (int round = 0; !Thread.interrupted(); round++) {
                  int i = round % 200;
                  Path file = upper.resolve("file" + i);
                  switch (round % 3) {
                    case 0 -> Files.write(file, Samples.bytes(50_000, round));
                    case 1 -> Files.deleteIfExists(file);
                    default -> {
                      Files.deleteIfExists(file);
                      Files.createSymbolicLink(file, Path.of("/etc/passwd"));
                    }
                  }
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    try {
      for (int i = 0; i < 3; i++) {
        hosts.send(SetLabel.AHEAD, new Tree(TreeKind.UPPER, upper));
      }
    } finally {
      writer.interrupt();
      writer.join();
    }
    Path copy = sendUpper();
    assertThat(describe(copy)).isEqualTo(describe(upper));
    for (Path file : Files.list(upper).toList()) {
      if (Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        assertThat(copy.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }

  /** One line for each thing in a tree, with everything but content. */
  private static List<String> describe(Path root) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BeneathDir dir = BeneathDir.open(root)) {
      describe(dir, ROOT, lines);
    }
    return lines;
  }

  private static void describe(BeneathDir dir, byte[] path, List<String> lines) throws IOException {
    FileStatus s = dir.status(path);
    String name = HexFormat.of().formatHex(path);
    lines.add(
        "%s %o %d:%d %d %d.%09d links %d dev %d:%d%s"
            .formatted(
                name,
                s.mode(),
                s.uid(),
                s.gid(),
                s.isDirectory() ? 0 : s.size(),
                s.mtimeSeconds(),
                s.mtimeNanos(),
                s.isDirectory() ? 0 : s.links(),
                s.rdevMajor(),
                s.rdevMinor(),
                s.isSymlink()
                    ? " -> " + new String(dir.readLink(path), StandardCharsets.UTF_8)
                    : ""));
    for (String attribute : dir.attributeNames(path).stream().sorted().toList()) {
      String value = HexFormat.of().formatHex(dir.attribute(path, attribute));
      lines.add(name + " " + attribute + "=" + value);
    }
    if (s.isDirectory()) {
      List<byte[]> names = dir.list(path, 100_000);
      names.sort(Arrays::compareUnsigned);
      for (byte[] child : names) {
        byte[] below = path.length == 0 ? child : join(path, child);
        describe(dir, below, lines);
      }
    }
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] path = Arrays.copyOf(a, a.length + 1 + b.length);
    path[a.length] = '/';
    System.arraycopy(b, 0, path, a.length + 1, b.length);
    return path;
  }
}
