package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.config.TransferConfig;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.MountSafe;
import io.nereid.port.Loan;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.snapshot.Drafts;
import io.nereid.transfer.wire.DataVerdict;
import io.nereid.transfer.wire.PullHello;
import io.nereid.transfer.wire.PullReply;
import io.nereid.transfer.wire.PullRequest;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three hosts; the first two lend, the third borrows. */
class PullTest {
  private static final int PAGES = 8_192;
  private static final int PAGE = 4_096;
  private static final NodeId A = new NodeId("a");
  private static final NodeId B = new NodeId("b");
  private final Vertx vertx = Vertx.vertx();
  private Path dir;
  private TransferService a;
  private TransferService b;
  private TransferService c;
  private final byte[] memory = Samples.bytes(PAGES * PAGE, 7);

  @BeforeEach
  void start() throws Exception {
    dir = Files.createTempDirectory("nereid-pull-test");
    a = service("a");
    b = service("b");
    c = service("c");
  }

  private TransferService service(String name) throws Exception {
    TransferService service =
        new TransferService(
            new TransferConfig(0, 0, 2, 5_000),
            "127.0.0.1",
            Files.createDirectory(dir.resolve(name)));
    service.start(vertx).await(10, TimeUnit.SECONDS);
    return service;
  }

  @AfterEach
  void stop() throws Exception {
    for (TransferService service : List.of(a, b, c)) {
      service.stop(vertx).await(10, TimeUnit.SECONDS);
    }
    vertx.close().await(10, TimeUnit.SECONDS);
    MountSafe.delete(dir);
  }

  private Snapshot taken(TransferService at, String text, List<String> layers) throws IOException {
    Path trees = Files.createDirectories(dir.resolve("trees-" + System.nanoTime()));
    Path images = Files.createDirectory(trees.resolve("images"));
    Files.write(images.resolve("pages-1.img"), memory);
    Path upper = Files.createDirectory(trees.resolve("upper"));
    Files.writeString(upper.resolve("file"), text);
    return at.snapshots()
        .put(
            Drafts.draft(layers),
            List.of(new Tree(TreeKind.IMAGES, images), new Tree(TreeKind.UPPER, upper)),
            System.nanoTime(),
            done -> {});
  }

  private Loan lent(TransferService by, NodeId name, Snapshot snapshot) {
    return by.lend(name, List.of(snapshot.id()), snapshot.layers());
  }

  private static Loan through(Proxy proxy, Loan loan) {
    TransferTicket t = loan.ticket();
    return new Loan(
        loan.host(),
        new TransferTicket(t.host(), t.controlPort(), proxy.port(), t.token()),
        loan.items());
  }

  private Snapshot fetch(Snapshot snapshot, Loan... loans) {
    return c.fetch(snapshot, List.of(loans), progress -> {});
  }

  private void assertWhole(TransferService at, Snapshot snapshot, String text) throws IOException {
    Path into = Files.createDirectory(dir.resolve("out-" + System.nanoTime()));
    Map<TreeKind, Path> roots = at.snapshots().unpack(snapshot.id(), into, done -> {});
    assertThat(roots.get(TreeKind.IMAGES).resolve("pages-1.img")).hasBinaryContent(memory);
    assertThat(roots.get(TreeKind.UPPER).resolve("file")).hasContent(text);
  }

  private void assertNothingHalf() throws IOException {
    assertThat(c.snapshots().all()).isEmpty();
    try (Stream<Path> left = Files.list(dir.resolve("c/snapshots"))) {
      assertThat(left.map(p -> p.getFileName().toString())).containsExactly("packs");
    }
    assertThat(dir.resolve("c/snapshots/packs")).isEmptyDirectory();
  }

  @Test
  void aSecondSnapshotCostsTheWireLittleMoreThanWhatHasChanged() throws Exception {
    Snapshot first = taken(a, "one", List.of());
    Snapshot copy = fetch(first, lent(a, A, first));
    assertThat(copy).isEqualTo(first);
    Random random = new Random(9);
    for (int page = 0; page < PAGES; page += 50) {
      byte[] fresh = new byte[PAGE];
      random.nextBytes(fresh);
      System.arraycopy(fresh, 0, memory, page * PAGE, PAGE);
    }
    Snapshot second = taken(a, "two", List.of());
    Loan loan = lent(a, A, second);
    try (Proxy proxy = new Proxy(loan.ticket().dataPort(), Proxy.none())) {
      Snapshot there = fetch(second, through(proxy, loan));
      assertThat(there).isEqualTo(second);
      assertThat(proxy.passed() + proxy.returned()).isLessThan(memory.length * 4L / 100);
    }
    assertWhole(c, second, "two");
    c.snapshots().remove(first.id());
    assertWhole(c, second, "two");
  }

  @Test
  void severalHostsGiveAPartEachAndTheLayersCome() throws Exception {
    Path rootfs = Files.createDirectory(dir.resolve("rootfs"));
    Files.write(rootfs.resolve("program"), Samples.bytes(3_000_000, 4));
    Files.createSymbolicLink(rootfs.resolve("link"), Path.of("program"));
    String layer = a.importLayer(rootfs);
    Snapshot snapshot = taken(a, "x", List.of(layer));
    b.fetch(snapshot, List.of(lent(a, A, snapshot)), progress -> {});
    Loan ofA = lent(a, A, snapshot);
    Loan ofB = lent(b, B, snapshot);
    try (Proxy toA = new Proxy(ofA.ticket().dataPort(), Proxy.none());
        Proxy toB = new Proxy(ofB.ticket().dataPort(), Proxy.none())) {
      fetch(snapshot, through(toA, ofA), through(toB, ofB));
      assertThat(toA.returned()).isGreaterThan(memory.length / 20);
      assertThat(toB.returned()).isGreaterThan(memory.length / 20);
    }
    assertWhole(c, snapshot, "x");
    assertThat(c.layer(layer).resolve("program")).hasBinaryContent(Samples.bytes(3_000_000, 4));
    assertThat(Files.readSymbolicLink(c.layer(layer).resolve("link")))
        .isEqualTo(Path.of("program"));
  }

  private static final Proxy.Harm STALLS =
      (offset, piece, length) -> {
        if (offset > 2_000_000) {
          java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(30));
        }
        return length;
      };

  private void another(Proxy.Harm harm) throws Exception {
    Snapshot snapshot = taken(a, "x", List.of());
    b.fetch(snapshot, List.of(lent(a, A, snapshot)), progress -> {});
    Loan bad = lent(a, A, snapshot);
    try (Proxy proxy = new Proxy(bad.ticket().dataPort(), Proxy.none(), harm)) {
      fetch(snapshot, through(proxy, bad), lent(b, B, snapshot));
    }
    assertWhole(c, snapshot, "x");
  }

  @Test
  void whenOneHostGivesWrongBytesAnotherIsAsked() throws Exception {
    another(Proxy.flipAt(1_500_000));
  }

  @Test
  void whenOneHostVanishesAnotherIsAsked() throws Exception {
    another(Proxy.cutAt(1_500_000));
  }

  @Test
  void whenOneHostStallsAnotherIsAsked() throws Exception {
    another(STALLS);
  }

  @Test
  void whenNobodyElseHasItWrongBytesAndSilenceAreClearFailuresThatLeaveNothing() throws Exception {
    Snapshot snapshot = taken(a, "x", List.of());
    for (Proxy.Harm harm : List.of(Proxy.flipAt(1_500_000), Proxy.cutAt(1_500_000), STALLS)) {
      Loan loan = lent(a, A, snapshot);
      try (Proxy proxy = new Proxy(loan.ticket().dataPort(), Proxy.none(), harm)) {
        assertThatThrownBy(() -> fetch(snapshot, through(proxy, loan)))
            .isInstanceOfSatisfying(
                FailureException.class,
                e -> {
                  assertThat(e.failure().code()).isEqualTo(FailureCode.CONNECTION_LOST);
                  assertThat(e.getMessage()).contains(snapshot.id().value()).contains("host a");
                });
      }
      assertNothingHalf();
    }
    assertThat(fetch(snapshot, lent(a, A, snapshot))).isEqualTo(snapshot);
  }

  @Test
  void aHostThatSaysToHaveWhatIsDamagedThereIsNotBelieved() throws Exception {
    Snapshot snapshot = taken(a, "x", List.of());
    b.fetch(snapshot, List.of(lent(a, A, snapshot)), progress -> {});
    Path pack = dir.resolve("a/snapshots/packs/1/content");
    try (var file = new java.io.RandomAccessFile(pack.toFile(), "rw")) {
      file.seek(memory.length / 2);
      file.write(new byte[PAGE]);
    }
    fetch(snapshot, lent(a, A, snapshot), lent(b, B, snapshot));
    assertWhole(c, snapshot, "x");
  }

  @Test
  void whatIsLentIsNotRemovedBeforeTheBorrowerHasGoneAndNothingElseIsGiven() throws Exception {
    Snapshot snapshot = taken(a, "x", List.of());
    Loan loan = lent(a, A, snapshot);
    assertThatThrownBy(() -> a.snapshots().remove(snapshot.id()))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.BUSY));
    assertThatThrownBy(() -> a.lend(A, List.of(Drafts.draft(List.of()).id()), List.of()))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
    assertThat(fetch(snapshot, loan)).isEqualTo(snapshot);
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .ignoreExceptions()
        .untilAsserted(() -> a.snapshots().remove(snapshot.id()));
  }

  @Test
  void aBorrowerThatBreaksARuleIsToldWhichAndGetsNothing() throws Exception {
    Snapshot snapshot = taken(a, "x", List.of());
    assertThat(verdict(lent(a, A, snapshot), "0".repeat(64))).contains("wrong token");
    assertThat(verdict(snapshot, request(7, 1, 99, 0, 1))).contains("unknown kind");
    assertThat(verdict(snapshot, request(1, 99, 1, 0, 1))).contains("tree 99 of 2");
    assertThat(verdict(snapshot, request(1, 1, 1, PAGES + 1, 1))).contains("a range of");
    assertThat(verdict(snapshot, request(1, 1, 2, 5, 1, 5, 1))).contains("a range of");
    assertThat(verdict(snapshot, request(1, 1, 1, 0, 257))).contains("more than");
    assertThat(verdict(snapshot, request(1, 1, 0))).contains("0 ranges");
    assertThat(verdict(snapshot, request(2, 0, 1, 1 << 20, 1))).contains("does not exist");
    assertThat(fetch(snapshot, lent(a, A, snapshot))).isEqualTo(snapshot);
  }

  private String verdict(Snapshot snapshot, byte[] request) throws IOException {
    Loan loan = lent(a, A, snapshot);
    return verdict(loan, loan.ticket().token(), request);
  }

  private static byte[] request(int kind, int tree, int count, int... ranges) {
    byte[] bytes = new PullRequest(kind, tree, ranges).encode();
    bytes[5] = (byte) count;
    return bytes;
  }

  /** What the lender says before it closes the connection. */
  private static String verdict(Loan loan, String token, byte[]... pieces) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", loan.ticket().dataPort())) {
      socket.setSoTimeout(8_000);
      OutputStream out = socket.getOutputStream();
      out.write(new PullHello(token).encode());
      for (byte[] piece : pieces) {
        out.write(piece);
      }
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (true) {
        byte[] head = new byte[PullReply.BYTES];
        in.readFully(head);
        int bytes = java.nio.ByteBuffer.wrap(head).getInt(4);
        byte[] content = new byte[bytes];
        in.readFully(content);
        if (head[0] == PullReply.REFUSED) {
          return DataVerdict.decode(content).message();
        }
      }
    }
  }
}
