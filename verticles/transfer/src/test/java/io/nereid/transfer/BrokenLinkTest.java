package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.SendReport;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that break, lie or hang. */
class BrokenLinkTest {
  private static final int PAGES = 8192;
  private static final long BYTES = (long) PAGES * Samples.PAGE;
  private TwoHosts hosts;
  private Path images;
  private Path pages;

  @BeforeEach
  void start() throws Exception {
    hosts = new TwoHosts(3_000);
    images = hosts.directory("images");
    pages = Samples.pages(images.resolve("pages-1.img"), PAGES, 1);
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
  }

  private SendReport send(TransferTicket ticket) {
    return hosts.send(
        ticket, SetLabel.FINAL, List.of(new Tree(TreeKind.IMAGES, images)), List.of());
  }

  private static TransferTicket through(TransferTicket ticket, int controlPort, int dataPort) {
    return new TransferTicket(ticket.host(), controlPort, dataPort, ticket.token());
  }

  private void arrived() {
    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(pages);
  }

  private static Failure failureOf(ThrowingCallable call) {
    FailureException[] caught = {null};
    assertThatThrownBy(call).isInstanceOfSatisfying(FailureException.class, e -> caught[0] = e);
    return caught[0].failure();
  }

  @Test
  void aCutDataConnectionContinuesWhereItStopped() throws Exception {
    TransferTicket ticket = hosts.open();
    try (Proxy proxy = new Proxy(ticket.dataPort(), Proxy.cutAt(BYTES / 2))) {
      SendReport report = send(through(ticket, ticket.controlPort(), proxy.port()));
      arrived();
      assertThat(report.reconnects()).isEqualTo(1);
      // What was under way when it broke is sent twice, what was verified is not.
      assertThat(proxy.passed()).isBetween(BYTES, BYTES + BYTES / 2);
    }
  }

  @Test
  void aCutControlConnectionContinuesToo() throws Exception {
    TransferTicket ticket = hosts.open();
    try (Proxy proxy = new Proxy(ticket.controlPort(), Proxy.cutAt(150_000))) {
      SendReport report = send(through(ticket, proxy.port(), ticket.dataPort()));
      arrived();
      assertThat(report.reconnects()).isEqualTo(1);
      assertThat(report.bytesSent()).isLessThan(2 * BYTES);
    }
  }

  @Test
  void aLinkThatStaysDownIsGivenUpAfterTheConfiguredTime() throws Exception {
    TransferTicket ticket = hosts.open();
    try (Proxy control = new Proxy(ticket.controlPort(), Proxy.none());
        Proxy data = new Proxy(ticket.dataPort(), Proxy.cutAt(BYTES / 2))) {
      long started = System.nanoTime();
      CompletableFuture<Void> down =
          CompletableFuture.runAsync(() -> {
            await().until(() -> data.passed() > BYTES / 4);
            control.refuse();
            data.refuse();
          });
      Failure failure = failureOf(() -> send(through(ticket, control.port(), data.port())));
      down.join();
      assertThat(failure.code()).isEqualTo(FailureCode.CONNECTION_LOST);
      assertThat(failure.message()).contains("127.0.0.1").doesNotContain(ticket.token());
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
      assertThat(control.connections()).isGreaterThan(3);
    }
  }

  @Test
  void aFlippedBitIsNoticedAndNothingIsUsed() throws Exception {
    TransferTicket ticket = hosts.open();
    try (Proxy proxy = new Proxy(ticket.dataPort(), Proxy.flipAt(BYTES / 3))) {
      Failure failure = failureOf(() -> send(through(ticket, ticket.controlPort(), proxy.port())));
      assertThat(failure.code()).isEqualTo(FailureCode.DIGEST_MISMATCH);
      assertThat(failure.message()).contains("pages-1.img");
    }
    assertThat(failureOf(() -> hosts.target.received(hosts.migration, SetLabel.FINAL)).code())
        .isEqualTo(FailureCode.DIGEST_MISMATCH);
    Path staged = hosts.dir.resolve("b/transfer/sessions/" + hosts.migration);
    await().untilAsserted(() -> assertThat(staged).doesNotExist());
    // The session stays failed: a second try is told the same.
    assertThat(failureOf(() -> send(ticket)).code()).isEqualTo(FailureCode.DIGEST_MISMATCH);
  }

  @Test
  void aFlippedBitOnTheControlConnectionNeverLeadsToASealedSet() throws Exception {
    TransferTicket ticket = hosts.open();
    try (Proxy proxy = new Proxy(ticket.controlPort(), Proxy.flipAt(200_000))) {
      failureOf(() -> send(through(ticket, proxy.port(), ticket.dataPort())));
    }
    failureOf(() -> hosts.target.received(hosts.migration, SetLabel.FINAL));
  }

  @Test
  void aCancelledSendFailsSoonAndTellsTheReceiver() throws Exception {
    TransferTicket ticket = hosts.open();
    // Slow enough that it cannot be over.
    CompletableFuture<Failure> sending =
        CompletableFuture.supplyAsync(() ->
            failureOf(() ->
                hosts.source.send(
                    new io.nereid.port.SendRequest(
                        hosts.migration,
                        hosts.container,
                        ticket,
                        SetLabel.FINAL,
                        List.of(new Tree(TreeKind.IMAGES, images)),
                        List.of(),
                        1 << 20),
                    hosts.progress::add)));
    await().until(() -> hosts.progress.stream().anyMatch(p -> p.bytesSent() > 1 << 20));
    hosts.source.cancel(hosts.migration);
    Failure failure = sending.get(3, java.util.concurrent.TimeUnit.SECONDS);
    assertThat(failure.code()).isEqualTo(FailureCode.CANCELLED);
    Path staged = hosts.dir.resolve("b/transfer/sessions/" + hosts.migration + "/final/images");
    await().untilAsserted(() -> assertThat(staged).doesNotExist());
    hosts.source.cancel(hosts.migration);
    // Another send of the same session works.
    send(ticket);
    arrived();
  }

  @Test
  void aLimitOnTheBandwidthHolds() throws Exception {
    long limit = 16 << 20;
    long started = System.nanoTime();
    hosts.source.send(
        new io.nereid.port.SendRequest(
            hosts.migration,
            hosts.container,
            hosts.open(),
            SetLabel.FINAL,
            List.of(new Tree(TreeKind.IMAGES, images)),
            List.of(),
            limit),
        hosts.progress::add);
    double seconds = (System.nanoTime() - started) / 1e9;
    // A quarter of a second may be saved up.
    assertThat(BYTES / seconds).isLessThan(1.25 * limit);
    assertThat(hosts.progress).hasSizeGreaterThan(3);
    assertThat(hosts.progress)
        .allSatisfy(p -> assertThat(p.bytesDone()).isBetween(0L, p.bytesTotal()));
    assertThat(hosts.progress.getLast().bytesDone()).isEqualTo(BYTES);
    assertThat(Files.size(pages)).isEqualTo(BYTES);
  }
}
