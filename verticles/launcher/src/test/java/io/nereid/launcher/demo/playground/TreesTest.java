package io.nereid.launcher.demo.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
  @TempDir private Path directory;

  @Test
  void linksAreDeletedAndNotFollowed() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "stays");
    Path tree = Files.createDirectories(directory.resolve("tree/below"));
    Files.createSymbolicLink(tree.resolve("link"), outside);
    Trees.delete(directory.resolve("tree"));
    assertThat(directory.resolve("tree")).doesNotExist();
    assertThat(outside).hasContent("stays");
  }

  @Test
  void whatIsNotThereIsDeletedAlready() throws IOException {
    Trees.delete(directory.resolve("nothing"));
    assertThat(directory).isEmptyDirectory();
  }
}
