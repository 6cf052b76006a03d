package io.nereid.transfer.ssh;

import io.nereid.config.SshConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.TransferTicket;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelDirectTcpip;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.util.net.SshdSocketAddress;

/** One SSH connection and the two ports of the loopback that lead through it. Not thread-safe. */
final class Tunnel implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String LOOPBACK = "127.0.0.1";
  private final ClientSession session;
  private final TransferTicket target;
  private final int controlPort;
  private final int dataPort;

  private Tunnel(ClientSession session, TransferTicket target) throws IOException {
    this.session = session;
    this.target = target;
    this.controlPort = forward(target.controlPort());
    this.dataPort = forward(target.dataPort());
  }

  private int forward(int port) throws IOException {
    return session
        .startLocalPortForwarding(
            new SshdSocketAddress(LOOPBACK, 0), new SshdSocketAddress(target.host(), port))
        .getPort();
  }

  /**
   * Connects and logs in.
   *
   * @param identity keys to log in with
   * @throws IOException when that may work later
   * @throws FailureException when it will not: its key is not believed, it does not let us in, or
   *     it does not forward
   */
  static Tunnel open(
      SshClient client,
      SshConfig config,
      HostKeys keys,
      List<KeyPair> identity,
      TransferTicket target)
      throws IOException {
    HostKeys.Attempt attempt = new HostKeys.Attempt();
    ClientSession session =
        client
            .connect(config.user(), target.host(), config.port(), attempt.context())
            .verify(LIMIT)
            .getSession();
    try {
      identity.forEach(session::addPublicKeyIdentity);
      config.password().ifPresent(password -> session.addPasswordIdentity(password.value()));
      login(session, config, target);
      requireForwarding(session, config, target);
      return new Tunnel(session, target);
    } catch (IOException | RuntimeException e) {
      session.close(true);
      Optional<Failure> disbelief = keys.refusal(attempt, target.host(), config.port());
      if (disbelief.isPresent()) {
        throw new FailureException(disbelief.get(), e);
      }
      if (e instanceof IllegalStateException) {
        throw new IOException("it closed the connection", e);
      }
      throw e;
    }
  }

  private static void login(ClientSession session, SshConfig config, TransferTicket target)
      throws IOException {
    try {
      session.auth().verify(LIMIT);
    } catch (SshException e) {
      if (e.getDisconnectCode() != SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE) {
        throw e;
      }
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              "the SSH server at %s port %d does not let '%s' in"
                  .formatted(target.host(), config.port(), config.user()),
              "correct transfer.sshUser (SSH_USER), and transfer.sshKey or SSH_PASSWORD; the"
                  + " server's own log says more"),
          e);
    }
  }

  /** Asked now, because a connection that is not forwarded looks like one that broke. */
  private static void requireForwarding(
      ClientSession session, SshConfig config, TransferTicket target) throws IOException {
    for (int port : List.of(target.controlPort(), target.dataPort())) {
      try (ChannelDirectTcpip probe =
          session.createDirectTcpipChannel(
              new SshdSocketAddress(LOOPBACK, 0), new SshdSocketAddress(target.host(), port))) {
        probe.open().verify(LIMIT);
      } catch (IOException e) {
        if (!isProhibited(e)) {
          throw e;
        }
        throw new FailureException(
            Failure.refused(
                FailureCode.CONFIG_INVALID,
                "the SSH server at %s port %d does not forward to %s:%d"
                    .formatted(target.host(), config.port(), target.host(), port),
                "allow it for '%s' in its sshd_config: AllowTcpForwarding local, PermitOpen %s:%d %s:%d"
                    .formatted(
                        config.user(),
                        target.host(),
                        target.controlPort(),
                        target.host(),
                        target.dataPort())),
            e);
      }
    }
  }

  private static boolean isProhibited(IOException e) {
    Throwable why = e instanceof SshChannelOpenException ? e : e.getCause();
    return why instanceof SshChannelOpenException refused
        && refused.getReasonCode() == SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED;
  }

  boolean leadsTo(TransferTicket ticket) {
    return session.isOpen()
        && ticket.controlPort() == target.controlPort()
        && ticket.dataPort() == target.dataPort();
  }

  TransferTicket way(TransferTicket ticket) {
    return new TransferTicket(LOOPBACK, controlPort, dataPort, ticket.token());
  }

  /** Closes without waiting for the other side, with the ports here. */
  @Override
  public void close() {
    session.close(true);
  }
}
