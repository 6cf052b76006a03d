package io.nereid.transfer.ssh;

import io.nereid.config.SshConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.TransferTicket;
import io.nereid.transfer.send.LinkException;
import io.nereid.transfer.send.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.util.io.resource.PathResource;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receivers behind SSH servers: one SSH connection for each host, and on it whatever streams are
 * asked for. It has two ports on the loopback here, which lead to the receiver's ports there;
 * whoever connects to one of them needs the session's token all the same.
 */
public final class SshRoute implements Route {
  private static final Logger LOG = LoggerFactory.getLogger(SshRoute.class);
  private final SshConfig config;
  private final String own;
  private final HostKeys keys;
  private final SshClient client;
  private final Map<String, Place> places = new ConcurrentHashMap<>();

  private static final class Place {
    private final ReentrantLock lock = new ReentrantLock();
    private Tunnel tunnel;

    private void close() {
      lock.lock();
      try {
        if (tunnel != null) {
          tunnel.close();
          tunnel = null;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Connects to nobody yet.
   *
   * @param own address of this host, which is reached directly
   */
  public SshRoute(SshConfig config, String own) {
    this.config = config;
    this.own = own;
    this.keys = new HostKeys(config.knownHosts());
    this.client = SshClient.setUpDefaultClient();
    // Nothing of what a person has in ~/.ssh counts.
    client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    client.setFilePasswordProvider(FilePasswordProvider.EMPTY);
    client.setServerKeyVerifier(keys);
    client.start();
  }

  @Override
  public TransferTicket to(TransferTicket ticket) throws LinkException {
    if (ticket.host().equals(own)) {
      return ticket;
    }
    Place place = places.computeIfAbsent(ticket.host(), host -> new Place());
    place.lock.lock();
    try {
      if (place.tunnel == null || !place.tunnel.leadsTo(ticket)) {
        place.close();
        place.tunnel = open(ticket);
      }
      return place.tunnel.way(ticket);
    } finally {
      place.lock.unlock();
    }
  }

  private Tunnel open(TransferTicket ticket) throws LinkException {
    List<KeyPair> identity = identity();
    try {
      Tunnel tunnel = Tunnel.open(client, config, keys, identity, ticket);
      LOG.info("content for {} goes through the SSH server there", ticket);
      return tunnel;
    } catch (IOException e) {
      throw new LinkException("SSH to " + ticket.host() + ": " + e.getMessage(), e);
    }
  }

  private List<KeyPair> identity() {
    if (config.key().isEmpty()) {
      return List.of();
    }
    Path key = config.key().get();
    List<KeyPair> pairs = new ArrayList<>();
    try (var in = Files.newInputStream(key)) {
      Iterable<KeyPair> found =
          SecurityUtils.loadKeyPairIdentities(
              null, new PathResource(key), in, FilePasswordProvider.EMPTY);
      if (found != null) {
        found.forEach(pairs::add);
      }
      if (pairs.isEmpty()) {
        throw new IOException("it holds no private key");
      }
      return pairs;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              "the key in " + key + " cannot be used: " + e.getMessage(),
              "transfer.sshKey must be a private key of RSA or ECDSA without passphrase; ssh-keygen"
                  + " -t ecdsa -N '' makes one"),
          e);
    }
  }

  @Override
  public void broken(TransferTicket ticket) {
    Place place = places.get(ticket.host());
    if (place != null) {
      place.close();
    }
  }

  @Override
  public void close() {
    places.values().forEach(Place::close);
    client.stop();
  }
}
