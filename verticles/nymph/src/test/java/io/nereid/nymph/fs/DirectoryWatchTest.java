package io.nereid.nymph.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryWatchTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  @TempDir private Path dir;

  @Test
  void whatIsSoAlreadyNeedsNoDirectory() throws IOException {
    Path gone = dir.resolve("gone");
    try (DirectoryWatch watch = DirectoryWatch.open(dir)) {
      assertThat(watch.await(gone, () -> true, LONG)).isTrue();
      assertThatThrownBy(() -> watch.await(gone, () -> false, LONG))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(gone.toString());
    }
  }

  @Test
  void aFileThatComesIsNoticed() throws IOException {
    Path file = dir.resolve("file");
    try (DirectoryWatch watch = DirectoryWatch.open(dir)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  Files.writeString(file, "here");
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThat(watch.await(dir, () -> Files.exists(file), LONG)).isTrue();
      assertThat(writer).isNotNull();
      assertThat(watch.await(dir, () -> !Files.exists(file), Duration.ofMillis(50))).isFalse();
    }
  }
}
