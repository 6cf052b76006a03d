package io.nereid.nymph.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.nymph.criu.image.PageChain;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that speaks as CRIU's lazy-pages daemon does, on loopback. */
class PageServerTest {
  private static final int PAGE = PagemapFile.PAGE_BYTES;
  private static final long BASE = 0x7f00_0000_0000L;
  private static final long PROCESS = 5;

  @TempDir Path dir;
  private byte[] ahead;
  private byte[] changed;
  private PageChain chain;
  private SocketChannel client;
  private final CompletableFuture<Void> served = new CompletableFuture<>();

  @BeforeEach
  void serve() throws IOException {
    ahead = pages("ahead", List.of(new Area(BASE, 8, PagemapFile.PRESENT)), 8);
    changed =
        pages(
            "changed",
            List.of(
                new Area(BASE, 2, PagemapFile.PARENT),
                new Area(BASE + 2 * PAGE, 3, PagemapFile.PRESENT),
                new Area(BASE + 5 * PAGE, 1, PagemapFile.PARENT),
                new Area(BASE + 20 * PAGE, 1, PagemapFile.PRESENT),
                new Area(BASE + 30 * PAGE, 1, PagemapFile.PARENT)),
            4);
    chain = PageChain.open(List.of(dir.resolve("changed"), dir.resolve("ahead")));
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      client = SocketChannel.open(listening.getLocalAddress());
      SocketChannel peer = listening.accept();
      Thread.ofVirtual()
          .start(() -> {
            try (peer) {
              new PageServer(PageSupply.of(chain)).serve(peer);
              served.complete(null);
            } catch (IOException e) {
              served.completeExceptionally(e);
            }
          });
    }
  }

  private byte[] pages(String name, List<Area> areas, int count) throws IOException {
    Path made = Files.createDirectory(dir.resolve(name));
    byte[] content = new byte[count * PAGE];
    new Random(name.hashCode()).nextBytes(content);
    Files.write(made.resolve(PagemapFile.pagesName(1)), content);
    new PagemapFile(1, areas).write(made.resolve(PagemapFile.name((int) PROCESS)));
    return content;
  }

  @AfterEach
  void end() throws IOException {
    client.close();
    chain.close();
  }

  private void send(int command, long pages, long address) throws IOException {
    client.write(new PageMessage(command, pages, address, PROCESS).encode());
  }

  private ByteBuffer receive(int bytes) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(bytes);
    while (in.hasRemaining()) {
      if (client.read(in) < 0) {
        throw new EOFException();
      }
    }
    return in.flip();
  }

  private byte[] ask(long firstPage, long count, long expected) throws IOException {
    send(PageMessage.GET, count, BASE + firstPage * PAGE);
    PageMessage head = PageMessage.decode(receive(PageMessage.BYTES));
    assertThat(head)
        .isEqualTo(
            PageMessage.add(PagemapFile.PRESENT, expected, BASE + firstPage * PAGE, PROCESS));
    return receive((int) expected * PAGE).array();
  }

  private static byte[] part(byte[] of, int page, int count) {
    return Arrays.copyOfRange(of, page * PAGE, (page + count) * PAGE);
  }

  @Test
  void pagesComeFromTheNewestPartThatHasThemInAnyOrderAndAgain() throws Exception {
    assertThat(ask(5, 1, 1)).isEqualTo(part(ahead, 5, 1));
    assertThat(ask(2, 3, 3)).isEqualTo(part(changed, 0, 3));
    byte[] all = ask(0, 6, 6);
    assertThat(Arrays.copyOfRange(all, 0, 2 * PAGE)).isEqualTo(part(ahead, 0, 2));
    assertThat(Arrays.copyOfRange(all, 2 * PAGE, 5 * PAGE)).isEqualTo(part(changed, 0, 3));
    assertThat(Arrays.copyOfRange(all, 5 * PAGE, 6 * PAGE)).isEqualTo(part(ahead, 5, 1));
    assertThat(ask(20, 1, 1)).isEqualTo(part(changed, 3, 1));
    send(PageMessage.CLOSE, 0, 0);
    assertThat(receive(Integer.BYTES).getInt()).isZero();
    served.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aRequestBeyondWhatThereIsIsAnsweredInPart() throws IOException {
    assertThat(ask(4, 1_000_000, 2)).hasSize(2 * PAGE);
  }

  /** As when all processes end while their pages are still on their way. */
  @Test
  void aCloseIsAnsweredThoughPagesAreStillWaitedFor() throws Exception {
    CompletableFuture<Void> over = new CompletableFuture<>();
    PageSupply never =
        new PageSupply() {
          @Override
          public void wanted(long process, long address, long pages) {}

          @Override
          public void noMore() {
            over.complete(null);
          }

          @Override
          public List<PageChain.Piece> find(long process, long address, long pages)
              throws IOException {
            over.join();
            throw new IOException("no more pages come");
          }
        };
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      client.close();
      client = SocketChannel.open(listening.getLocalAddress());
      CompletableFuture<Void> end = new CompletableFuture<>();
      SocketChannel peer = listening.accept();
      Thread.ofVirtual()
          .start(() -> {
            try (peer) {
              new PageServer(never).serve(peer);
              end.complete(null);
            } catch (IOException e) {
              end.completeExceptionally(e);
            }
          });
      send(PageMessage.GET, 4, BASE);
      send(PageMessage.GET, 1, BASE + 9L * PAGE);
      send(PageMessage.CLOSE, 0, 0);
      assertThat(receive(Integer.BYTES).getInt()).isZero();
      end.get(10, TimeUnit.SECONDS);
    }
  }

  private void assertRefused(String because) {
    assertThatThrownBy(() -> served.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessageContaining(because);
  }

  @Test
  void aPageThatIsNowhereEndsTheService() throws IOException {
    send(PageMessage.GET, 1, BASE + 10 * PAGE);
    assertRefused("no page of process 5");
  }

  @Test
  void aPageThatItsParentDoesNotHaveEndsTheService() throws IOException {
    send(PageMessage.GET, 1, BASE + 30 * PAGE);
    assertRefused("no page of process 5");
  }

  @Test
  void anUnknownCommandEndsTheService() throws IOException {
    send(99, 1, BASE);
    assertRefused("unknown command");
  }

  @Test
  void anAddressInTheMiddleOfAPageEndsTheService() throws IOException {
    send(PageMessage.GET, 1, BASE + 1);
    assertRefused("a request for 1 pages");
  }

  @Test
  void aConnectionThatBreaksIsNoEndInGoodOrder() throws IOException {
    client.close();
    assertRefused("ended before");
  }

  @Test
  void aPagesFileThatIsTooShortEndsTheServiceInsteadOfGivingOutZeros() throws IOException {
    try (var file =
        java.nio.channels.FileChannel.open(
            dir.resolve("ahead").resolve(PagemapFile.pagesName(1)),
            java.nio.file.StandardOpenOption.WRITE)) {
      file.truncate(PAGE);
    }
    send(PageMessage.GET, 1, BASE + 5 * PAGE);
    assertRefused("shorter");
  }
}
