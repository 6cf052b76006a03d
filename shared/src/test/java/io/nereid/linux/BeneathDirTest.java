package io.nereid.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BeneathDirTest {
  private Path outside;
  private Path root;
  private BeneathDir dir;

  @BeforeEach
  void start() throws IOException {
    outside = Files.createTempDirectory("nereid-beneath");
    root = Files.createDirectory(outside.resolve("root"));
    Files.writeString(outside.resolve("secret"), "secret");
    dir = BeneathDir.open(root);
  }

  @AfterEach
  void stop() throws IOException {
    dir.close();
    MountSafe.delete(outside);
  }

  private static byte[] path(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void fails(int errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void aLinkIsNeverFollowedAtTheEndNorOnTheWay() throws IOException {
    Files.createSymbolicLink(root.resolve("file"), outside.resolve("secret"));
    Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    fails(ErrnoException.ELOOP, () -> dir.openRead(path("file")));
    fails(ErrnoException.ELOOP, () -> dir.openRead(path("up/secret")));
    fails(ErrnoException.ELOOP, () -> dir.openRead(path("loop")));
    fails(ErrnoException.ENOTDIR, () -> dir.list(path("up"), 10));
    fails(ErrnoException.ELOOP, () -> dir.createFile(path("up/new"), 0));
    fails(ErrnoException.ELOOP, () -> dir.setPermissions(path("up/secret"), 0));
    fails(ErrnoException.EXDEV, () -> dir.openRead(path("../secret")));
    fails(ErrnoException.EXDEV, () -> dir.makeDirectory(path("../new")));
    assertThat(dir.status(path("file")).isSymlink()).isTrue();
    assertThat(dir.readLink(path("up"))).isEqualTo(path(".."));
    assertThat(outside).isDirectoryNotContaining("glob:**/new");
    assertThatThrownBy(() -> BeneathDir.open(root.resolve("up"))).isInstanceOf(IOException.class);
  }

  @Test
  void filesAreMadeWithAHoleOfTheirSizeAndNeverReplaced() throws IOException {
    dir.createFile(path("f"), 1 << 20);
    assertThat(Files.size(root.resolve("f"))).isEqualTo(1 << 20);
    fails(ErrnoException.EEXIST, () -> dir.createFile(path("f"), 1));
    try (BeneathDir.OpenFile file = dir.openWrite(path("f"))) {
      file.channel().write(ByteBuffer.wrap(new byte[] {1}), 5);
      assertThat(file.status().size()).isEqualTo(1 << 20);
    }
    try (BeneathDir.OpenFile file = dir.openRead(path("f"))) {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.channel().read(one, 5);
      assertThat(one.get(0)).isEqualTo((byte) 1);
    }
  }

  @Test
  void aPipeIsNotOpenedInsteadOfAFile() throws IOException {
    dir.makeFifo(path("pipe"));
    assertThatThrownBy(() -> dir.openRead(path("pipe")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a regular file");
  }

  @Test
  void attributesOfAnyValueAreKept() throws IOException {
    dir.createFile(path("f"), 0);
    assertThat(dir.attributeNames(path("f"))).doesNotContain("user.a");
    dir.setAttribute(path("f"), "user.a", new byte[] {0, 1, -1});
    dir.setAttribute(path("f"), "user.empty", new byte[0]);
    assertThat(dir.attributeNames(path("f"))).contains("user.a", "user.empty");
    assertThat(dir.attribute(path("f"), "user.a")).isEqualTo(new byte[] {0, 1, -1});
    assertThat(dir.attribute(path("f"), "user.empty")).isEmpty();
    fails(ErrnoException.ENODATA, () -> dir.attribute(path("f"), "user.none"));
  }

  @Test
  void theRootItselfCanBeDescribedAndChanged() throws IOException {
    dir.setPermissions(new byte[0], 0750);
    dir.setModified(new byte[0], 1234, 5);
    FileStatus status = dir.status(new byte[0]);
    assertThat(status.permissions()).isEqualTo(0750);
    assertThat(status.mtimeSeconds()).isEqualTo(1234);
    assertThat(status.mtimeNanos()).isEqualTo(5);
    assertThat(status.isDirectory()).isTrue();
  }

  @Test
  void aListHasEveryNameOnceAndALimit() throws IOException {
    for (int i = 0; i < 3000; i++) {
      dir.createFile(path("a-rather-long-name-so-that-one-buffer-is-not-enough-" + i), 0);
    }
    List<byte[]> names = dir.list(new byte[0], 10_000);
    assertThat(names.stream().map(n -> new String(n, StandardCharsets.UTF_8)))
        .hasSize(3000)
        .doesNotHaveDuplicates();
    assertThatThrownBy(() -> dir.list(new byte[0], 100)).hasMessageContaining("more than 100");
  }

  @Test
  void onceClosedNothingIsOpenedAnyMore() throws IOException {
    dir.createFile(path("f"), 0);
    dir.close();
    dir.close();
    assertThatThrownBy(() -> dir.openRead(path("f"))).hasMessageContaining("is closed");
  }
}
