package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.port.ReceivedSet;
import io.nereid.port.SendReport;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransferTest {
  private static final int PAGES = 4096;
  private TwoHosts hosts;

  @BeforeEach
  void start() throws Exception {
    hosts = new TwoHosts();
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
  }

  @Test
  void whatIsSentArrivesByteForByte() throws Exception {
    Path images = hosts.directory("images");
    Path pages = Samples.pages(images.resolve("pages-1.img"), PAGES, 1);
    Path other = Files.write(images.resolve("core-1.img"), Samples.bytes(1234, 2));

    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images));

    ReceivedSet set = hosts.target.received(hosts.migration, SetLabel.FINAL);
    Path root = set.roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(pages);
    assertThat(root.resolve("core-1.img")).hasSameBinaryContentAs(other);
    assertThat(report.bytesTotal()).isEqualTo((long) PAGES * Samples.PAGE + 1234);
    assertThat(report.bytesSent()).isGreaterThan(report.bytesTotal());
    assertThat(report.reconnects()).isZero();
  }

  @Test
  void theFinalSetSendsOnlyWhatChangedSinceTheOneAhead() throws Exception {
    Path ahead = hosts.directory("ahead");
    Path last = hosts.directory("final");
    Samples.pages(ahead.resolve("pages-1.img"), PAGES, 1);
    Path pages = Samples.pages(last.resolve("pages-1.img"), PAGES, 1);
    try (RandomAccessFile file = new RandomAccessFile(pages.toFile(), "rw")) {
      for (int page : List.of(0, 7, 8, PAGES - 1)) {
        file.seek((long) page * Samples.PAGE);
        file.write(Samples.bytes(Samples.PAGE, 1000 + page));
      }
    }

    hosts.send(SetLabel.AHEAD, new Tree(TreeKind.IMAGES, ahead));
    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, last));

    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(pages);
    long digests = PAGES * 32L;
    assertThat(report.bytesSent()).isBetween(4L * Samples.PAGE, digests + 4L * Samples.PAGE + 4096);
  }

  @Test
  void aContainerThatComesBackSendsOnlyWhatChangedSinceItLeft() throws Exception {
    Path left = hosts.directory("left");
    Samples.pages(left.resolve("pages-1.img"), PAGES, 1);
    hosts.target.retain(hosts.container, left);
    assertThat(left).doesNotExist();

    Path back = hosts.directory("back");
    Path pages = Samples.pages(back.resolve("pages-1.img"), PAGES, 1);
    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, back));

    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(pages);
    assertThat(report.bytesSent()).isLessThan(PAGES * 32L + 4096);
  }

  @Test
  void zeroPagesAreNeverSentAndBecomeHoles() throws Exception {
    Path images = hosts.directory("images");
    Path pages = images.resolve("pages-1.img");
    try (RandomAccessFile file = new RandomAccessFile(pages.toFile(), "rw")) {
      file.setLength(64L << 20);
      file.seek(32L << 20);
      file.write(Samples.bytes(Samples.PAGE, 3));
    }
    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images));

    Path copy =
        hosts
            .target
            .received(hosts.migration, SetLabel.FINAL)
            .roots()
            .get(TreeKind.IMAGES)
            .resolve("pages-1.img");
    assertThat(copy).hasSameBinaryContentAs(pages);
    long blocks = ((Number) Files.getAttribute(copy, "unix:size")).longValue();
    assertThat(blocks).isEqualTo(64L << 20);
    assertThat(report.bytesSent()).isLessThan(16384 * 32L + 3 * Samples.PAGE);
  }

  @Test
  void aLayerIsSentOnceAndNeverAgain() throws Exception {
    Path rootfs = hosts.directory("rootfs");
    Files.createDirectories(rootfs.resolve("usr/bin"));
    Files.write(rootfs.resolve("usr/bin/tool"), Samples.bytes(300_000, 5));
    Files.createSymbolicLink(rootfs.resolve("bin"), Path.of("usr/bin"));
    String digest = hosts.source.importLayer(rootfs);
    assertThat(hosts.source.importLayer(rootfs)).isEqualTo(digest);
    Path upper = hosts.directory("upper");
    Files.writeString(upper.resolve("hello"), "there");

    SendReport first =
        hosts.send(
            hosts.open(),
            SetLabel.FINAL,
            List.of(new Tree(TreeKind.UPPER, upper)),
            List.of(digest));
    assertThat(hosts.target.received(hosts.migration, SetLabel.FINAL).layers())
        .containsExactly(digest);
    assertThat(hosts.target.layer(digest).resolve("bin/tool"))
        .hasSameBinaryContentAs(rootfs.resolve("usr/bin/tool"));
    assertThat(first.bytesSent()).isGreaterThan(300_000);

    hosts.nextMigration();
    SendReport second =
        hosts.send(
            hosts.open(),
            SetLabel.FINAL,
            List.of(new Tree(TreeKind.UPPER, upper)),
            List.of(digest));
    assertThat(second.bytesSent()).isLessThan(4096);
    assertThat(second.bytesTotal()).isEqualTo(first.bytesTotal());
  }

  @Test
  void damagedContentOfTheBaseIsNoticedAndSentInstead() throws Exception {
    Path left = hosts.directory("left");
    Samples.pages(left.resolve("pages-1.img"), PAGES, 1);
    hosts.target.retain(hosts.container, left);
    Path kept = hosts.dir.resolve("b/transfer/retained/" + hosts.container + "/images/pages-1.img");
    try (RandomAccessFile file = new RandomAccessFile(kept.toFile(), "rw")) {
      file.seek(100L * Samples.PAGE + 5);
      file.write(~file.read());
      file.setLength((PAGES - 10L) * Samples.PAGE);
    }
    Path back = hosts.directory("back");
    Path pages = Samples.pages(back.resolve("pages-1.img"), PAGES, 1);

    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, back));

    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(pages);
    // The last pages of the kept file are read in runs; a run that is cut off is sent as a whole.
    assertThat(report.bytesSent())
        .isBetween(11L * Samples.PAGE, PAGES * 32L + (1 + 64) * (Samples.PAGE + 64L));
  }

  @Test
  void pagesThatHaveMovedWithinTheFileAreNotSentAgain() throws Exception {
    Path ahead = hosts.directory("ahead");
    Path last = hosts.directory("final");
    byte[] content = Files.readAllBytes(Samples.pages(ahead.resolve("pages-1.img"), PAGES, 1));
    Path moved = last.resolve("pages-1.img");
    Files.write(moved, Samples.bytes(3 * Samples.PAGE, 9));
    Files.write(moved, content, java.nio.file.StandardOpenOption.APPEND);

    hosts.send(SetLabel.AHEAD, new Tree(TreeKind.IMAGES, ahead));
    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, last));

    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(moved);
    assertThat(report.bytesSent()).isLessThan(PAGES * 32L + 4 * Samples.PAGE + 4096);
  }

  @Test
  void equalChunksAreSentOnce() throws Exception {
    Path upper = hosts.directory("upper");
    byte[] content = Samples.bytes(1 << 20, 4);
    for (int i = 0; i < 10; i++) {
      Files.write(upper.resolve("copy" + i), content);
    }
    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.UPPER, upper));
    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.UPPER);
    for (int i = 0; i < 10; i++) {
      assertThat(root.resolve("copy" + i)).hasBinaryContent(content);
    }
    assertThat(report.bytesTotal()).isEqualTo(10L << 20);
    assertThat(report.bytesSent()).isBetween(1L << 20, (1L << 20) + 20_000);
  }

  @Test
  void aSetThatWasReceivedCanBeKeptAndServesAsTheNextBase() throws Exception {
    Path images = hosts.directory("images");
    Samples.pages(images.resolve("pages-1.img"), PAGES, 1);
    hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images));
    Path received =
        hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    Path taken = hosts.dir.resolve("b/taken");
    Files.move(received, taken);
    hosts.target.retain(hosts.container, taken);
    hosts.nextMigration();

    SendReport report = hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images));
    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(images.resolve("pages-1.img"));
    assertThat(report.bytesSent()).isLessThan(PAGES * 32L + 4096);
    hosts.target.forget(hosts.container);
    hosts.nextMigration();
    assertThat(hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images)).bytesSent())
        .isGreaterThan((long) PAGES * Samples.PAGE);
  }

  @Test
  void theSameMigrationOpenedTwiceGivesTheSameTicketAndClosingRemovesWhatWasStaged()
      throws Exception {
    assertThat(hosts.open()).isEqualTo(hosts.open());
    assertThat(hosts.open().toString()).doesNotContain(hosts.open().token());
    Path images = hosts.directory("images");
    Samples.pages(images.resolve("pages-1.img"), 10, 1);
    hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images));
    Path sessions = hosts.dir.resolve("b/transfer/sessions");
    assertThat(sessions).isNotEmptyDirectory();
    hosts.target.close(hosts.migration);
    hosts.target.close(hosts.migration);
    assertThat(sessions).isEmptyDirectory();
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> hosts.target.received(hosts.migration, SetLabel.FINAL))
        .isInstanceOf(io.nereid.domain.failure.FailureException.class);
    assertThat(hosts.dir.resolve("a/transfer/sending")).isEmptyDirectory();
  }

  @Test
  void whatASessionHadStagedIsGoneAfterARestart() throws Exception {
    Path images = hosts.directory("images");
    Samples.pages(images.resolve("pages-1.img"), 10, 1);
    hosts.send(SetLabel.AHEAD, new Tree(TreeKind.IMAGES, images));
    Path data = hosts.directory("crashed");
    Path copy = hosts.dir.resolve("b/transfer/sessions/" + hosts.migration);
    Path left = data.resolve("transfer/sessions/" + hosts.migration);
    Files.createDirectories(left.getParent());
    Files.move(copy, left);
    TransferService restarted =
        new TransferService(new io.nereid.config.TransferConfig(0, 0, 1, 1000), "127.0.0.1", data);
    restarted.start(hosts.vertx).await();
    assertThat(left).doesNotExist();
    restarted.stop(hosts.vertx).await();
  }

  @Test
  void roundsStayBesideEachOtherUntilWhatTheyBelongToIsSentAnew() throws IOException {
    Path images = hosts.directory("ahead");
    Samples.pages(images.resolve("pages-1.img"), 50, 1);
    hosts.send(SetLabel.AHEAD, new Tree(TreeKind.IMAGES, images));
    for (int round = 1; round <= 3; round++) {
      Path changed = hosts.directory("round-" + round);
      Samples.pages(changed.resolve("pages-1.img"), round, 10 + round);
      hosts.send(SetLabel.ROUND, new Tree(TreeKind.IMAGES, changed));
      List<ReceivedSet> all = hosts.target.rounds(hosts.migration);
      assertThat(all).hasSize(round);
      assertThat(all.getLast().roots().get(TreeKind.IMAGES).resolve("pages-1.img"))
          .hasSameBinaryContentAs(changed.resolve("pages-1.img"));
    }
    assertThat(
            hosts
                .target
                .received(hosts.migration, SetLabel.AHEAD)
                .roots()
                .get(TreeKind.IMAGES)
                .resolve("pages-1.img"))
        .hasSameBinaryContentAs(images.resolve("pages-1.img"));
    hosts.send(SetLabel.AHEAD, new Tree(TreeKind.IMAGES, images));
    assertThat(hosts.target.rounds(hosts.migration)).isEmpty();
  }
}
