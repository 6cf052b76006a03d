package io.nereid.nymph.postcopy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.nymph.criu.image.PageChain;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ends of the way of the pages, on loopback, with a frozen memory that is an array. */
@Timeout(60)
class PostCopyTest {
  private static final int PAGE = PagemapFile.PAGE_BYTES;
  private static final long BASE = 0x7f00_0000_0000L;
  private static final long HIGH = 0x7f80_0000_0000L;
  private static final int PROCESS = 5;
  private static final int OTHER = 9;
  private static final int PAGES = 3_000;
  private static final int HIGH_PAGES = 700;

  @TempDir Path dir;
  private final Random random = new Random(4);
  private final byte[] ahead = new byte[PAGES * PAGE];
  private final byte[] now = new byte[PAGES * PAGE];
  private final byte[] others = new byte[HIGH_PAGES * PAGE];
  private final Secret secret = Secret.random();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean cut = new AtomicBoolean();
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final CountDownLatch hold = new CountDownLatch(1);
  private volatile boolean held;
  private ServerSocket listening;
  private FeedServer server;
  private PageFeed feed;
  private PageChain chain;
  private RemotePages pages;
  private Path images;

  @BeforeEach
  void prepare() throws IOException {
    random.nextBytes(ahead);
    System.arraycopy(ahead, 0, now, 0, now.length);
    random.nextBytes(others);
    for (int page = 0; page < PAGES; page += 3) {
      random.nextBytes(page(page));
      System.arraycopy(page(page), 0, now, page * PAGE, PAGE);
    }
    for (int page = 900; page < 1_300; page++) {
      now[page * PAGE + random.nextInt(PAGE)]++;
    }
    Path sent = Files.createDirectory(dir.resolve("ahead"));
    new PagemapFile(1, List.of(new Area(BASE, PAGES, PagemapFile.PRESENT)))
        .write(sent.resolve(PagemapFile.name(PROCESS)));
    Files.write(sent.resolve(PagemapFile.pagesName(1)), ahead);
    images = Files.createDirectory(dir.resolve("images"));
    new PagemapFile(
            1,
            List.of(
                new Area(BASE - 8L * PAGE, 8, PagemapFile.PARENT),
                new Area(BASE, 1_000, PagemapFile.LAZY),
                new Area(BASE + 1_000L * PAGE, PAGES - 1_000, PagemapFile.LAZY)))
        .write(images.resolve(PagemapFile.name(PROCESS)));
    new PagemapFile(2, List.of(new Area(HIGH, HIGH_PAGES, PagemapFile.LAZY)))
        .write(images.resolve(PagemapFile.name(OTHER)));
    chain = PageChain.open(List.of(sent));
    pages = new RemotePages(images, chain, dir.resolve("spool"));
    listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    server = new FeedServer(listening, secret, said::add);
    server.start();
    feed = feed(secret);
  }

  private byte[] page(int number) {
    byte[] fresh = Arrays.copyOfRange(now, number * PAGE, (number + 1) * PAGE);
    random.nextBytes(fresh);
    System.arraycopy(fresh, 0, now, number * PAGE, PAGE);
    return fresh;
  }

  private PageFeed feed(Secret with) {
    return new PageFeed(this::connect, with, said::add, () -> said.add("connected"));
  }

  private Socket connect() throws IOException {
    if (cut.get()) {
      throw new IOException("cut");
    }
    Socket socket = new Socket(listening.getInetAddress(), listening.getLocalPort());
    sockets.add(socket);
    return socket;
  }

  @AfterEach
  void end() throws IOException {
    hold.countDown();
    feed.close();
    server.close();
    pages.close();
    chain.close();
    pool.shutdownNow();
  }

  private final class Frozen implements PageFeed.Memory {
    @Override
    public BitSet same(int process, long address, int count) {
      if (held && Thread.currentThread().getName().startsWith("pool")) {
        awaitRelease();
      }
      BitSet same = new BitSet();
      for (int i = 0; process == PROCESS && i < count; i++) {
        int at = (int) (address - BASE) + i * PAGE;
        same.set(i, Arrays.equals(ahead, at, at + PAGE, now, at, at + PAGE));
      }
      return same;
    }

    @Override
    public void read(int process, long address, int count, byte[] into) {
      byte[] from = process == PROCESS ? now : others;
      long base = process == PROCESS ? BASE : HIGH;
      System.arraycopy(from, (int) (address - base), into, 0, count * PAGE);
    }
  }

  private void awaitRelease() {
    try {
      assertThat(hold.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void run(PageFeed one) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            one.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void freeze() throws IOException {
    feed.begin(new Frozen(), RemotePages.outstanding(images), pool, 4);
  }

  private void awaitAll() {
    await().until(() -> pages.count().complete());
  }

  private byte[] brought(int process, long address, int count) throws IOException {
    server.ask(process, address, count);
    ByteBuffer all = ByteBuffer.allocate(count * PAGE);
    for (PageChain.Piece piece : pages.await(process, address, count)) {
      ByteBuffer part = all.slice(all.position(), (int) piece.bytes());
      for (long at = piece.offset(); part.hasRemaining(); ) {
        at += piece.file().read(part, at);
      }
      all.position(all.position() + (int) piece.bytes());
    }
    return all.array();
  }

  private void assertAllIsRight() throws IOException {
    assertThat(Arrays.equals(brought(PROCESS, BASE, PAGES), now)).isTrue();
    assertThat(Arrays.equals(brought(OTHER, HIGH, HIGH_PAGES), others)).isTrue();
  }

  private CompletableFuture<byte[]> asking(int process, long address, int count) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return brought(process, address, count);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void everyPageBecomesWhatItWasWhenFrozen() throws IOException {
    run(feed);
    freeze();
    server.bring(pages);
    awaitAll();
    assertAllIsRight();
    RemotePages.Count count = pages.count();
    assertThat(count.total()).isEqualTo(PAGES + HIGH_PAGES);
    assertThat(count.arrived()).isLessThan(count.total() - 1_500).isGreaterThan(HIGH_PAGES);
    await().until(() -> said.stream().anyMatch(s -> s.contains("told of all")));
  }

  @Test
  void aPageThatIsWaitedForComesBeforeItIsKnownWhatHasChanged() throws Exception {
    held = true;
    run(feed);
    freeze();
    server.bring(pages);
    CompletableFuture<byte[]> changed = asking(PROCESS, BASE + 999L * PAGE, 1);
    CompletableFuture<byte[]> same = asking(PROCESS, BASE + 2_000L * PAGE, 1);
    CompletableFuture<byte[]> unknown = asking(OTHER, HIGH + 3L * PAGE, 2);
    assertThat(changed.get(10, TimeUnit.SECONDS))
        .isEqualTo(Arrays.copyOfRange(now, 999 * PAGE, 1_000 * PAGE));
    assertThat(same.get(10, TimeUnit.SECONDS))
        .isEqualTo(Arrays.copyOfRange(now, 2_000 * PAGE, 2_001 * PAGE));
    assertThat(unknown.get(10, TimeUnit.SECONDS))
        .isEqualTo(Arrays.copyOfRange(others, 3 * PAGE, 5 * PAGE));
    assertThat(pages.count().known()).isEqualTo(4);
    hold.countDown();
    awaitAll();
    assertAllIsRight();
    // What was told because somebody waited is not sent once more.
    assertThat(pages.count().onDemand()).isEqualTo(4);
  }

  @Test
  void pagesAreAskedForWhileTheStreamIsUnderWay() throws Exception {
    run(feed);
    freeze();
    server.bring(pages);
    for (int page = PAGES - 1; page >= 0; page -= 101) {
      assertThat(brought(PROCESS, BASE + (long) page * PAGE, 1))
          .isEqualTo(Arrays.copyOfRange(now, page * PAGE, (page + 1) * PAGE));
    }
    awaitAll();
    assertAllIsRight();
  }

  @Test
  void aConnectionThatBreaksAgainAndAgainOnlyDelays() throws Exception {
    held = true;
    run(feed);
    freeze();
    server.bring(pages);
    await().until(() -> said.contains("connected"));
    cut.set(true);
    sockets.forEach(PostCopyTest::close);
    CompletableFuture<byte[]> waiting = asking(OTHER, HIGH, 1);
    await().until(() -> said.stream().anyMatch(s -> s.contains("cut")));
    assertThat(waiting).isNotDone();
    cut.set(false);
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(Arrays.copyOfRange(others, 0, PAGE));
    hold.countDown();
    for (int i = 0; i < 5; i++) {
      long before = pages.count().known();
      await().until(() -> pages.count().known() > before || pages.count().complete());
      sockets.forEach(PostCopyTest::close);
    }
    awaitAll();
    assertAllIsRight();
  }

  @Test
  void whoDoesNotKnowTheSecretIsNeitherLetInNorTold() throws Exception {
    server.bring(pages);
    PageFeed stranger = feed(Secret.random());
    run(stranger);
    await().until(() -> said.stream().anyMatch(s -> s.contains("does not know the secret")));
    assertThat(said).doesNotContain("connected");
    stranger.close();
    try (Socket socket = connect()) {
      new DataOutputStream(socket.getOutputStream()).write(new byte[200]);
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(pages.count().known()).isZero();
  }

  /** The bytes of one connection, changed on the way. */
  private void relay(int changeAt) throws Exception {
    try (ServerSocket relay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      PageFeed through =
          new PageFeed(
              () -> new Socket(relay.getInetAddress(), relay.getLocalPort()),
              secret,
              said::add,
              () -> {});
      run(through);
      through.begin(new Frozen(), RemotePages.outstanding(images), pool, 4);
      try (Socket in = relay.accept();
          Socket out = new Socket(listening.getInetAddress(), listening.getLocalPort())) {
        Thread.ofVirtual().start(() -> copy(out, in, Integer.MAX_VALUE));
        copy(in, out, changeAt);
      } finally {
        through.close();
      }
    }
  }

  private static void copy(Socket from, Socket to, int changeAt) {
    try {
      DataInputStream in = new DataInputStream(from.getInputStream());
      for (int at = 0; ; at++) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        to.getOutputStream().write(at == changeAt ? next ^ 1 : next);
      }
    } catch (IOException e) {
      close(to);
    }
  }

  @Test
  void aBitThatFlipsOnTheWayIsNeverTaken() throws Exception {
    server.bring(pages);
    // Somewhere in the first content, long after the greeting.
    relay(20_000);
    await().until(() -> said.stream().anyMatch(s -> s.contains("not as it was sent")));
    run(feed);
    freeze();
    awaitAll();
    assertAllIsRight();
  }

  private FeedLink link() throws IOException {
    return FeedLink.ofSource(connect(), secret);
  }

  private static Frame frame(Frame.Kind kind, int process, long address, int count) {
    return new Frame(kind, false, process, address, count);
  }

  @Test
  void whatComesTwiceOrOutOfOrderChangesNothing() throws Exception {
    server.bring(pages);
    try (FeedLink link = link()) {
      assertThat(link.receive().kind()).isEqualTo(Frame.Kind.FROM);
      byte[] first = new byte[3 * PAGE];
      Arrays.fill(first, (byte) 1);
      byte[] second = new byte[3 * PAGE];
      Arrays.fill(second, (byte) 2);
      link.send(frame(Frame.Kind.CONTENT, OTHER, HIGH + 10L * PAGE, 1), first);
      link.send(frame(Frame.Kind.CONTENT, OTHER, HIGH + 9L * PAGE, 3), second);
      link.send(frame(Frame.Kind.CONTENT, OTHER, HIGH + 2L * PAGE, 1), first);
      link.send(frame(Frame.Kind.SAME, PROCESS, BASE + 4L * PAGE, 1));
      link.send(frame(Frame.Kind.CONTENT, PROCESS, BASE + 4L * PAGE, 1), first);
      await().until(() -> pages.count().known() == 5);
      byte[] three = brought(OTHER, HIGH + 9L * PAGE, 3);
      assertThat(three[0]).isEqualTo((byte) 2);
      assertThat(three[PAGE]).isEqualTo((byte) 1);
      assertThat(three[2 * PAGE]).isEqualTo((byte) 2);
      assertThat(brought(PROCESS, BASE + 4L * PAGE, 1))
          .isEqualTo(Arrays.copyOfRange(ahead, 4 * PAGE, 5 * PAGE));
      assertThat(pages.count().arrived()).isEqualTo(4);
    }
  }

  private void assertRefused(Frame frame, String why) throws IOException {
    said.clear();
    try (FeedLink link = link()) {
      assertThat(link.receive().kind()).isEqualTo(Frame.Kind.FROM);
      link.send(frame, new byte[2 * Frame.CONTENT_PAGES_MAX * PAGE]);
      await().until(() -> said.stream().anyMatch(s -> s.contains(why)));
      assertThatThrownBy(
              () -> {
                while (true) {
                  link.receive();
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(pages.count().known()).isZero();
  }

  @Test
  void whatDoesNotFitIsRefusedAndChangesNothing() throws IOException {
    server.bring(pages);
    assertRefused(frame(Frame.Kind.CONTENT, OTHER, HIGH, 65), "a message about 65 pages");
    assertRefused(frame(Frame.Kind.SAME, PROCESS, BASE, Integer.MAX_VALUE), "a message about");
    assertRefused(frame(Frame.Kind.SAME, PROCESS, BASE, -1), "a message about");
    assertRefused(frame(Frame.Kind.SAME, PROCESS, BASE + 1, 1), "a message about");
    assertRefused(frame(Frame.Kind.CONTENT, 77, HIGH, 1), "not outstanding");
    assertRefused(frame(Frame.Kind.CONTENT, OTHER, HIGH + 699L * PAGE, 2), "not outstanding");
    assertRefused(frame(Frame.Kind.SAME, PROCESS, BASE - PAGE, 1), "not outstanding");
    // Nothing of that process was sent ahead.
    assertRefused(frame(Frame.Kind.SAME, OTHER, HIGH, 1), "there is no page");
    assertRefused(Frame.of(Frame.Kind.PING), "must not send PING");
    assertRefused(Frame.of(Frame.Kind.END), "are not here");
  }

  @Test
  void aMessageThatIsRepeatedIsNoMessage() throws Exception {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    try (ServerSocket between = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<FeedLink> source =
          CompletableFuture.supplyAsync(() -> {
            try {
              return FeedLink.ofSource(
                  new Socket(between.getInetAddress(), between.getLocalPort()), secret);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      server.bring(pages);
      try (Socket in = between.accept();
          Socket out = new Socket(listening.getInetAddress(), listening.getLocalPort())) {
        Thread.ofVirtual().start(() -> copy(out, in, Integer.MAX_VALUE));
        int greeting = 4 + 4 + 32 + 32;
        byte[] bytes = in.getInputStream().readNBytes(40);
        out.getOutputStream().write(bytes);
        out.getOutputStream().write(in.getInputStream().readNBytes(greeting - 40));
        try (FeedLink link = source.get(10, TimeUnit.SECONDS)) {
          link.send(frame(Frame.Kind.SAME, PROCESS, BASE, 1));
          kept.write(in.getInputStream().readNBytes(Frame.HEAD_BYTES + 32));
          out.getOutputStream().write(kept.toByteArray());
          await().until(() -> pages.count().known() == 1);
          out.getOutputStream().write(kept.toByteArray());
          await().until(() -> said.stream().anyMatch(s -> s.contains("not as it was sent")));
        }
      }
    }
  }

  @Test
  void whoeverWaitsLearnsThatNoMorePagesCome() {
    server.bring(pages);
    CompletableFuture<byte[]> waiting = asking(OTHER, HIGH, 1);
    server.close();
    pages.close();
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .hasRootCauseMessage("no more pages come");
  }

  @Test
  void aPageThatIsNotOutstandingIsAnError() {
    assertThatThrownBy(() -> pages.await(PROCESS, BASE - PAGE, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not outstanding");
  }

  @Test
  void aMemoryThatCannotBeReadEndsTheFeed() throws Exception {
    PageFeed.Memory gone =
        new PageFeed.Memory() {
          @Override
          public BitSet same(int process, long address, int count) throws IOException {
            throw new IOException("it has ended");
          }

          @Override
          public void read(int process, long address, int count, byte[] into) throws IOException {
            throw new IOException("it has ended");
          }
        };
    feed.begin(gone, RemotePages.outstanding(images), pool, 4);
    server.bring(pages);
    assertThatThrownBy(() -> feed.run())
        .isInstanceOf(PageFeed.MemoryGoneException.class)
        .hasMessageContaining("it has ended");
    assertThat(pages.count().known()).isZero();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void runsAreInTheOrderOfProcessesAndAddresses() throws IOException {
    List<Long> addresses = new ArrayList<>();
    RemotePages.outstanding(images).forEach(run -> addresses.add(run.address()));
    assertThat(addresses).containsExactly(BASE, BASE + 1_000L * PAGE, HIGH);
  }
}
