package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.config.Secret;
import io.nereid.config.SshConfig;
import io.nereid.config.TransferConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.migration.Progress;
import io.nereid.linux.MountSafe;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.testkit.SshServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transfers to a host that is reached through OpenSSH's server. */
class SshTransferTest {
  private static final int PAGES = 8192;
  private static final long BYTES = (long) PAGES * Samples.PAGE;
  private Path dir;
  private Path known;
  private SshServer ssh;
  private TwoHosts hosts;
  private Path images;
  private Path pages;

  @BeforeEach
  void start() throws Exception {
    dir = Files.createTempDirectory("nereid-ssh-test");
    known = dir.resolve("known_hosts");
    ssh = new SshServer(List.of(), dir.resolve("sshd"), "127.0.0.1", SshServer.freePort());
    Files.writeString(known, ssh.knownHost());
  }

  @AfterEach
  void stop() throws Exception {
    if (hosts != null) {
      hosts.close();
    }
    if (ssh != null) {
      ssh.close();
    }
    MountSafe.delete(dir);
  }

  private void open(Optional<Secret> password, Optional<Path> key) throws Exception {
    open(password, key, 0, null);
  }

  private void open(Optional<Secret> password, Optional<Path> key, long bandwidth, Path disk)
      throws Exception {
    SshConfig config = new SshConfig(ssh.port(), "root", password, key, known);
    TransferConfig sending =
        new TransferConfig(0, 0, bandwidth, bandwidth, 2, 0, 5_000, Optional.of(config));
    hosts = new TwoHosts(sending, "127.0.0.2", disk);
    images = hosts.directory("images");
    pages = Samples.pages(images.resolve("pages-1.img"), PAGES, 1);
  }

  private SendReport send() {
    return hosts.send(SetLabel.FINAL, new Tree(TreeKind.IMAGES, images));
  }

  private void arrived() {
    Path root = hosts.target.received(hosts.migration, SetLabel.FINAL).roots().get(TreeKind.IMAGES);
    assertThat(root.resolve("pages-1.img")).hasSameBinaryContentAs(pages);
  }

  private Failure refused() {
    Failure[] failure = {null};
    assertThatThrownBy(this::send)
        .isInstanceOfSatisfying(FailureException.class, e -> failure[0] = e.failure());
    return failure[0];
  }

  @Test
  void everythingGoesThroughTheServerAndArrives() throws Exception {
    ssh.start();
    open(Optional.empty(), Optional.of(ssh.key()));
    assertThat(send().reconnects()).isZero();
    arrived();
    // The second set of a migration needs no second login.
    hosts.nextMigration();
    send();
    arrived();
    assertThat(Files.readString(ssh.log())).containsOnlyOnce("Accepted publickey");
  }

  @Test
  void aConnectionThatIsCutIsMadeAgainAndContinues() throws Exception {
    ssh.start();
    open(Optional.empty(), Optional.of(ssh.key()), BYTES / 2, null);
    CompletableFuture<Void> cut =
        CompletableFuture.runAsync(() -> {
          await().until(() -> sentBytes() > BYTES / 4);
          ssh.cut();
        });
    SendReport report = send();
    cut.join();
    arrived();
    assertThat(report.reconnects()).isPositive();
    assertThat(report.bytesSent()).isLessThan(BYTES + BYTES * 3 / 4);
  }

  private long sentBytes() {
    return hosts.progress.isEmpty() ? 0 : hosts.progress.getLast().bytesSent();
  }

  @Test
  void aServerThatIsDownForAWhileIsWaitedFor() throws Exception {
    open(Optional.empty(), Optional.of(ssh.key()));
    CompletableFuture<SendReport> sending = CompletableFuture.supplyAsync(this::send);
    await().pollDelay(java.time.Duration.ofMillis(700)).until(() -> !sending.isDone());
    ssh.start();
    sending.join();
    arrived();
  }

  @Test
  void aHostKeyThatIsUnknownOrAnotherIsRefusedWithTheRemedy() throws Exception {
    ssh.start();
    open(Optional.empty(), Optional.of(ssh.key()));
    Files.writeString(known, "");
    Failure unknown = refused();
    assertThat(unknown.code()).isEqualTo(FailureCode.CONFIG_INVALID);
    assertThat(unknown.message()).contains("host key", "SHA256:", known.toString());
    assertThat(unknown.remedy()).contains("ssh-keyscan -p " + ssh.port());
    try (SshServer other =
        new SshServer(List.of(), dir.resolve("other"), "127.0.0.1", ssh.port())) {
      Files.writeString(known, other.knownHost());
    }
    assertThat(refused().message()).contains("host key");
    assertThat(Files.readString(ssh.log())).doesNotContain("Accepted");
    Files.writeString(known, ssh.knownHost());
    send();
    arrived();
  }

  @Test
  void aWrongPasswordOrKeyIsRefusedAndNotShown() throws Exception {
    ssh.start();
    open(Optional.of(new Secret("open-sesame-42")), Optional.empty());
    Failure failure = refused();
    assertThat(failure.code()).isEqualTo(FailureCode.CONFIG_INVALID);
    assertThat(failure.message()).contains("does not let 'root' in");
    assertThat(failure.remedy()).contains("SSH_PASSWORD");
    assertThat(failure.toString()).doesNotContain("open-sesame-42");
    assertThat(new SshConfig(1, "u", Optional.of(new Secret("s3")), Optional.empty(), known))
        .asString()
        .doesNotContain("s3");
    assertThat(Files.readString(ssh.log())).contains("Failed password");
  }

  @Test
  void aPasswordOpensItToo() throws Exception {
    ssh.start();
    open(Optional.of(new Secret(SshServer.PASSWORD)), Optional.empty());
    send();
    arrived();
    assertThat(Files.readString(ssh.log())).contains("Accepted password");
  }

  @Test
  void aServerThatForwardsNothingIsToldApartFromABrokenLink() throws Exception {
    ssh.start("AllowTcpForwarding no");
    open(Optional.empty(), Optional.of(ssh.key()));
    Failure failure = refused();
    assertThat(failure.message()).contains("does not forward");
    assertThat(failure.remedy()).contains("AllowTcpForwarding", "PermitOpen");
  }

  @Test
  void onlyTheTwoPortsNeedToBeForwarded() throws Exception {
    open(Optional.empty(), Optional.of(ssh.key()));
    TransferTicket ticket = hosts.open();
    ssh.start(
        "PermitOpen 127.0.0.1:%d 127.0.0.1:%d".formatted(ticket.controlPort(), ticket.dataPort()));
    hosts.source.send(
        new SendRequest(
            hosts.migration,
            hosts.container,
            ticket,
            SetLabel.FINAL,
            List.of(new Tree(TreeKind.IMAGES, images)),
            List.of(),
            0),
        (Progress p) -> {});
    arrived();
  }

  @Test
  void aTargetWithoutSpaceSaysSo() throws Exception {
    ssh.start();
    Path disk = Files.createDirectory(dir.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=8m", "none", disk.toString());
    try {
      open(Optional.empty(), Optional.of(ssh.key()), 0, disk);
      assertThat(refused().code()).isEqualTo(FailureCode.NO_SPACE);
    } finally {
      hosts.close();
      hosts = null;
      run("umount", disk.toString());
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
