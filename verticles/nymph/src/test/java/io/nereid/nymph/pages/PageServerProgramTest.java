package io.nereid.nymph.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.postcopy.ProgramFiles;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageServerProgramTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int PAGE = PagemapFile.PAGE_BYTES;
  private static final long BASE = 0x7f00_0000_0000L;
  private static final long PROCESS = 5;

  @TempDir Path dir;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  @BeforeEach
  void start() {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            PageServerProgram.main(new String[] {dir.toString()});
            ended.complete(null);
          } catch (IOException | RuntimeException e) {
            ended.completeExceptionally(e);
          }
        });
  }

  @AfterEach
  void end() {
    if (!ended.isDone()) {
      tell(PageServerProgram.IMAGES);
      try (SocketChannel client = connect()) {
        close(client);
      } catch (IOException e) {
        // It has ended by itself.
        assertThat(ended).isDone();
      }
    }
  }

  private Path images(String name, int fill, int flags) throws IOException {
    Path made = Files.createDirectory(dir.resolve(name));
    byte[] content = new byte[PAGE];
    Arrays.fill(content, (byte) fill);
    Files.write(
        made.resolve(PagemapFile.pagesName(1)),
        flags == PagemapFile.PRESENT ? content : new byte[0]);
    new PagemapFile(1, List.of(new Area(BASE, 1, flags)))
        .write(made.resolve(PagemapFile.name((int) PROCESS)));
    return made;
  }

  private void tell(String file, Path... images) {
    ProgramFiles.publish(
        dir, file, Stream.of(images).map(Path::toString).collect(Collectors.joining("\n")));
  }

  private SocketChannel connect() throws IOException {
    await().atMost(SOON).until(() -> Files.exists(dir.resolve(PageServerProgram.READY)));
    int port = Integer.parseInt(Files.readString(dir.resolve(PageServerProgram.PORT)).strip());
    return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static void close(SocketChannel client) throws IOException {
    client.write(new PageMessage(PageMessage.CLOSE, 0, 0, PROCESS).encode());
    receive(client, Integer.BYTES);
  }

  private static ByteBuffer receive(SocketChannel client, int bytes) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes);
    while (in.hasRemaining()) {
      if (client.read(in) < 0) {
        throw new EOFException();
      }
    }
    return in.flip();
  }

  private void assertServes(int fill) throws IOException {
    try (SocketChannel client = connect()) {
      client.write(new PageMessage(PageMessage.GET, 1, BASE, PROCESS).encode());
      assertThat(PageMessage.decode(receive(client, PageMessage.BYTES)))
          .isEqualTo(PageMessage.add(PagemapFile.PRESENT, 1, BASE, PROCESS));
      assertThat(receive(client, PAGE).array()).containsOnly((byte) fill);
      close(client);
    }
    assertThat(ended).succeedsWithin(SOON);
    assertThat(dir.resolve(PageServerProgram.DONE)).exists();
  }

  @Test
  void servesWhatWasAnnouncedWhereNothingNewerHasThePage() throws IOException {
    Path ahead = images("ahead", 1, PagemapFile.PRESENT);
    tell(PageServerProgram.AHEAD, ahead);
    tell(PageServerProgram.IMAGES, images("changed", 2, PagemapFile.PARENT), ahead);
    assertServes(1);
  }

  @Test
  void prefersWhatCameAfterTheAnnouncement() throws IOException {
    Path ahead = images("ahead", 1, PagemapFile.PRESENT);
    tell(PageServerProgram.AHEAD, ahead);
    tell(PageServerProgram.IMAGES, images("changed", 2, PagemapFile.PRESENT), ahead);
    assertServes(2);
  }

  @Test
  void forgetsAnAnnouncementThatTurnsOutToBeAnother() throws IOException {
    tell(PageServerProgram.AHEAD, images("other", 1, PagemapFile.PRESENT));
    tell(PageServerProgram.IMAGES, images("ahead", 3, PagemapFile.PRESENT));
    assertServes(3);
  }

  @Test
  void needsNoAnnouncement() throws IOException {
    tell(PageServerProgram.IMAGES, images("ahead", 4, PagemapFile.PRESENT));
    assertServes(4);
  }
}
