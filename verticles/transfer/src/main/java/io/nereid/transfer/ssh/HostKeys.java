package io.nereid.transfer.ssh;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.keyverifier.KnownHostsServerKeyVerifier;
import org.apache.sshd.client.keyverifier.RejectAllServerKeyVerifier;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.config.keys.KeyUtils;

/** Believes the host keys of a known_hosts file and no others. Thread-safe. */
final class HostKeys implements ServerKeyVerifier {
  private static final AttributeRepository.AttributeKey<Attempt> ATTEMPT =
      new AttributeRepository.AttributeKey<>();
  private final Path file;
  private final KnownHostsServerKeyVerifier known;

  /** One connection, whose own attributes are forgotten when it is closed. */
  static final class Attempt {
    private final AtomicReference<String> refused = new AtomicReference<>();

    /** To be given to the client when it connects. */
    AttributeRepository context() {
      return AttributeRepository.ofKeyValuePair(ATTEMPT, this);
    }
  }

  HostKeys(Path file) {
    this.file = file;
    this.known = new KnownHostsServerKeyVerifier(RejectAllServerKeyVerifier.INSTANCE, file);
  }

  @Override
  public boolean verifyServerKey(ClientSession session, SocketAddress remote, PublicKey key) {
    boolean believed = known.verifyServerKey(session, remote, key);
    if (!believed) {
      Attempt attempt = session.getConnectionContext().getAttribute(ATTEMPT);
      attempt.refused.set(KeyUtils.getKeyType(key) + " " + KeyUtils.getFingerPrint(key));
    }
    return believed;
  }

  /** Why the host was not believed, if it was not. */
  Optional<Failure> refusal(Attempt attempt, String host, int port) {
    return Optional.ofNullable(attempt.refused.get())
        .map(key ->
            Failure.refused(
                FailureCode.CONFIG_INVALID,
                "the SSH server at %s port %d has the host key %s, which is not in %s"
                    .formatted(host, port, key, file),
                "if 'ssh-keygen -lf' on that host shows the same, add it: ssh-keyscan -p %d %s >> %s;"
                        .formatted(port, host, file)
                    + " otherwise somebody is in between"));
  }
}
