package io.nereid.transfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.ContainerId;
import io.nereid.linux.MountSafe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetainedStoreTest {
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final ContainerId container = ContainerId.random();
  private Path dir;
  private Path store;

  @BeforeEach
  void start() throws IOException {
    dir = Files.createTempDirectory("nereid-retained");
    store = dir.resolve("retained");
  }

  @AfterEach
  void stop() throws IOException {
    pool.shutdownNow();
    MountSafe.delete(dir);
  }

  private RetainedStore open() throws IOException {
    KnownManifests known = new KnownManifests(PrivateDirs.make(dir.resolve("known")));
    return new RetainedStore(store, known, pool, 2);
  }

  private Path images(String name, String content) throws IOException {
    Path images = Files.createDirectory(dir.resolve(name));
    Files.writeString(images.resolve("pages-1.img"), content);
    return images;
  }

  private String kept(RetainedStore retained) {
    try (StoredBase base = retained.open(container).orElseThrow()) {
      assertThat(base.manifest().header().files()).isEqualTo(1);
      return Files.readString(store.resolve(container.value()).resolve("images/pages-1.img"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void theNewestReplacesTheOneBefore() throws IOException {
    RetainedStore retained = open();
    assertThat(retained.open(container)).isEmpty();
    Path first = images("first", "1");
    retained.retain(container, first);
    assertThat(first).doesNotExist();
    assertThat(kept(retained)).isEqualTo("1");
    retained.retain(container, images("second", "22"));
    assertThat(kept(retained)).isEqualTo("22");
    try (Stream<Path> all = Files.list(store)) {
      assertThat(all).hasSize(1);
    }
  }

  @Test
  void itSurvivesARestartAndForgettingIsIdempotent() throws IOException {
    open().retain(container, images("first", "1"));
    RetainedStore again = open();
    assertThat(kept(again)).isEqualTo("1");
    again.forget(container);
    again.forget(container);
    assertThat(again.open(container)).isEmpty();
    try (Stream<Path> all = Files.list(store)) {
      assertThat(all).isEmpty();
    }
  }

  @Test
  void aDamagedManifestOnlyMeansThatThereIsNoBase() throws IOException {
    RetainedStore retained = open();
    retained.retain(container, images("first", "1"));
    Path manifest = store.resolve(container.value()).resolve("manifest");
    byte[] bytes = Files.readAllBytes(manifest);
    bytes[3] ^= 1;
    Files.write(manifest, bytes);
    assertThat(retained.open(container)).isEmpty();
    Files.delete(manifest);
    assertThat(retained.open(container)).isEmpty();
    retained.retain(container, images("second", "22"));
    assertThat(kept(retained)).isEqualTo("22");
  }

  @Test
  void leftoversOfAnInterruptedRunAreRemovedAtTheNextStart() throws IOException {
    open();
    Files.createDirectories(store.resolve(".staging-0123/images"));
    open();
    try (Stream<Path> all = Files.list(store)) {
      assertThat(all).isEmpty();
    }
  }
}
