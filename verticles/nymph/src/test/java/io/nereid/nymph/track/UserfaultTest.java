package io.nereid.nymph.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is copied from a process is what the kernel made, or is not used. */
class UserfaultTest {
  private static final long USER_MODE_ONLY = 1;
  @TempDir private Path directory;

  @BeforeEach
  void requireThisArchitecture() {
    assumeThat(Kernel.isUsable()).isTrue();
  }

  private static boolean isOpen(int fd) {
    return Files.exists(Path.of("/proc/self/fd", Integer.toString(fd)), LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void whatTheKernelMadeIsUsed() throws IOException {
    int fd = (int) Kernel.call("userfaultfd", Kernel.USERFAULTFD, USER_MODE_ONLY, 0, 0, 0);
    try {
      assertThat(Userfault.require(fd)).isEqualTo(fd);
      assertThat(isOpen(fd)).isTrue();
    } finally {
      Kernel.close(fd);
    }
  }

  @Test
  void anotherFileInItsPlaceIsClosedAndRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("anon_inode:[userfaultfd]"));
    int fd = Descriptor.open(file).number();
    assertThatThrownBy(() -> Userfault.require(fd))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("something else");
    assertThat(isOpen(fd)).isFalse();
  }

  @Test
  void aDescriptorThatIsNotOpenIsRefused() {
    assertThatThrownBy(() -> Userfault.require(1_000_000)).isInstanceOf(IOException.class);
  }
}
