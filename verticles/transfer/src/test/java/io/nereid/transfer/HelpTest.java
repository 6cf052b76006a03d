package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.config.TransferConfig;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.MountSafe;
import io.nereid.port.Loan;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.snapshot.Drafts;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A source, a target, and a neighbour that has an older state of what moves. */
class HelpTest {
  private static final int PAGES = 8_192;
  private static final int PAGE = 4_096;
  private static final NodeId NEIGHBOUR = new NodeId("c");
  private final Vertx vertx = Vertx.vertx();
  private final MigrationId migration = MigrationId.random();
  private final byte[] memory = Samples.bytes(PAGES * PAGE, 3);
  private Path dir;
  private TransferService source;
  private TransferService target;
  private TransferService neighbour;
  private Path images;
  private Snapshot older;

  @BeforeEach
  void start() throws Exception {
    dir = Files.createTempDirectory("nereid-help-test");
    source = service("a");
    target = service("b");
    neighbour = service("c");
    images = Files.createDirectory(dir.resolve("images"));
    Files.write(images.resolve("pages-1.img"), memory);
    older = put(neighbour);
    System.arraycopy(Samples.bytes(50 * PAGE, 4), 0, memory, 1000 * PAGE, 50 * PAGE);
    Files.write(images.resolve("pages-1.img"), memory);
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

  private Snapshot put(TransferService at) {
    return at.snapshots()
        .put(
            Drafts.draft(List.of()),
            List.of(new Tree(TreeKind.IMAGES, images)),
            System.nanoTime(),
            done -> {});
  }

  @AfterEach
  void stop() throws Exception {
    for (TransferService service : List.of(source, target, neighbour)) {
      service.stop(vertx).await(10, TimeUnit.SECONDS);
    }
    vertx.close().await(10, TimeUnit.SECONDS);
    MountSafe.delete(dir);
  }

  private TransferTicket open() {
    Fence fence = new Fence(new Term(1), new Epoch(1));
    return target.open(new ReceiveRequest(migration, older.container(), fence, 1L << 40));
  }

  /** Through a slow link: 8 MB/s of content. */
  private SendReport sendSlowly(TransferTicket ticket) throws IOException {
    Proxy.Harm slow =
        (offset, piece, length) -> {
          LockSupport.parkNanos(length * 125L);
          return length;
        };
    try (Proxy proxy = new Proxy(ticket.dataPort(), slow)) {
      TransferTicket through =
          new TransferTicket(ticket.host(), ticket.controlPort(), proxy.port(), ticket.token());
      return send(through);
    }
  }

  private SendReport send(TransferTicket ticket) {
    return source.send(
        new SendRequest(
            migration,
            older.container(),
            ticket,
            SetLabel.AHEAD,
            List.of(new Tree(TreeKind.IMAGES, images)),
            List.of(),
            0),
        progress -> {});
  }

  private void assertArrived() {
    Path there = target.received(migration, SetLabel.AHEAD).roots().get(TreeKind.IMAGES);
    assertThat(there.resolve("pages-1.img")).hasBinaryContent(memory);
  }

  private Loan lent() {
    return neighbour.lend(NEIGHBOUR, List.of(older.id()), List.of());
  }

  @Test
  void overASlowLinkTheSourceSendsLittleMoreThanWhatTheNeighbourDoesNotHave() throws Exception {
    TransferTicket ticket = open();
    target.help(migration, List.of(lent()));
    SendReport report = sendSlowly(ticket);
    assertArrived();
    assertThat(report.bytesSent()).isLessThan(memory.length / 3);
    assertThat(target.helped(migration).get(NEIGHBOUR)).isGreaterThan(memory.length / 2);
  }

  @Test
  void whatANeighbourGivesWronglyOrNotAtAllComesFromTheSource() throws Exception {
    TransferTicket ticket = open();
    Loan loan = lent();
    TransferTicket t = loan.ticket();
    try (Proxy proxy = new Proxy(t.dataPort(), Proxy.none(), Proxy.flipAt(9_000_000))) {
      Loan bad =
          new Loan(
              NEIGHBOUR,
              new TransferTicket(t.host(), t.controlPort(), proxy.port(), t.token()),
              loan.items());
      target.help(migration, List.of(bad));
      sendSlowly(ticket);
    }
    assertArrived();
  }

  @Test
  void aNeighbourThatVanishesOnlyMeansThatTheSourceSendsMore() throws Exception {
    TransferTicket ticket = open();
    Loan loan = lent();
    TransferTicket t = loan.ticket();
    try (Proxy proxy = new Proxy(t.dataPort(), Proxy.none(), Proxy.cutAt(5_000_000))) {
      Loan gone =
          new Loan(
              NEIGHBOUR,
              new TransferTicket(t.host(), t.controlPort(), proxy.port(), t.token()),
              loan.items());
      target.help(migration, List.of(gone));
      sendSlowly(ticket);
    }
    assertArrived();
    assertThat(target.helped(migration).getOrDefault(NEIGHBOUR, 0L)).isLessThan(6_000_000);
  }

  @Test
  void whatTheTargetHasInASnapshotOfItsOwnNeedNotComeAtAll() throws Exception {
    target.fetch(older, List.of(lent()), progress -> {});
    SendReport report = send(open());
    assertArrived();
    assertThat(report.bytesSent()).isLessThan(memory.length / 20);
    assertThat(target.helped(migration)).isEqualTo(Map.of());
  }
}
