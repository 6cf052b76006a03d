package io.nereid.transfer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.linux.MountSafe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LayerStoreTest {
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private Path dir;
  private Path store;
  private Path rootfs;

  @BeforeEach
  void start() throws IOException {
    dir = Files.createTempDirectory("nereid-layers");
    store = dir.resolve("layers");
    rootfs = Files.createDirectory(dir.resolve("rootfs"));
    Files.createDirectories(rootfs.resolve("bin"));
    Files.writeString(rootfs.resolve("bin/sh"), "#!");
    Files.write(rootfs.resolve("big"), new byte[300_000]);
    Files.createSymbolicLink(rootfs.resolve("sh"), Path.of("bin/sh"));
  }

  @AfterEach
  void stop() throws IOException {
    pool.shutdownNow();
    MountSafe.delete(dir);
  }

  private LayerStore open() throws IOException {
    return new LayerStore(store, pool, 2);
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.list(store)) {
      return all.toList();
    }
  }

  private static FailureCode codeOf(Throwable thrown) {
    return FailureException.failureOf(thrown).code();
  }

  @Test
  void theSameFilesAreTheSameLayerWhenTheyWereCopied() throws IOException {
    LayerStore layers = open();
    String digest = layers.importLayer(rootfs);
    Path copy = dir.resolve("copy");
    Files.createDirectories(copy.resolve("bin"));
    Files.copy(rootfs.resolve("bin/sh"), copy.resolve("bin/sh"));
    Files.copy(rootfs.resolve("big"), copy.resolve("big"));
    Files.createSymbolicLink(copy.resolve("sh"), Path.of("bin/sh"));
    Files.setLastModifiedTime(copy.resolve("big"), FileTime.fromMillis(1));
    assertThat(layers.importLayer(copy)).isEqualTo(digest);
    assertThat(entries()).hasSize(1);
    assertThat(layers.bytes(digest)).isEqualTo(300_002);
    assertThat(layers.rootfs(digest).resolve("bin/sh")).hasContent("#!");
    assertThat(layers.list()).containsExactly(digest);

    Files.writeString(copy.resolve("bin/sh"), "#?");
    assertThat(layers.importLayer(copy)).isNotEqualTo(digest);
  }

  @Test
  void concurrentImportsOfTheSameFilesGiveOneLayer() throws IOException {
    LayerStore layers = open();
    List<String> digests =
        IntStream.range(0, 6).parallel().mapToObj(i -> layers.importLayer(rootfs)).toList();
    assertThat(digests).containsOnly(digests.getFirst());
    assertThat(entries()).hasSize(1);
  }

  @Test
  void anInterruptedImportLeavesNothingAfterTheNextStart() throws IOException {
    LayerStore layers = open();
    Path staged = layers.stage();
    Files.createDirectory(staged.resolve("rootfs"));
    Files.writeString(staged.resolve("rootfs/half"), "half");
    assertThat(open().list()).isEmpty();
    assertThat(entries()).isEmpty();
  }

  @Test
  void anUnknownLayerIsNotFoundAndAPathIsNoDigest() throws IOException {
    LayerStore layers = open();
    assertThatThrownBy(() -> layers.rootfs("0".repeat(64)))
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(FailureCode.NOT_FOUND));
    assertThatThrownBy(() -> layers.rootfs("../../etc"))
        .satisfies(e -> assertThat(codeOf(e)).isEqualTo(FailureCode.NOT_FOUND));
    assertThatThrownBy(() -> layers.importLayer(dir.resolve("nowhere")))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("nowhere");
    assertThat(entries()).isEmpty();
  }

  @Test
  void aLayerThatAPowerLossMayHaveDamagedIsVerifiedBeforeItIsUsed() throws IOException {
    String digest = open().importLayer(rootfs);
    Path layer = store.resolve(digest);
    await().untilAsserted(() -> assertThat(layer.resolve("state")).hasContent("durable"));

    Files.writeString(layer.resolve("state"), "boot of another time");
    assertThat(open().has(digest)).isTrue();
    await().untilAsserted(() -> assertThat(layer.resolve("state")).hasContent("durable"));

    Files.writeString(layer.resolve("state"), "boot of another time");
    Files.writeString(layer.resolve("rootfs/bin/sh"), "");
    assertThat(open().has(digest)).isFalse();
    assertThat(layer).doesNotExist();
  }
}
