package io.nereid.nymph.net;

import io.nereid.config.NetworkConfig;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.journal.JournalEntry;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.journal.ResourceJournal;
import io.nereid.process.ProcessLauncher;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Container networks with namespaces, veth pairs and a bridge. A parked namespace drops everything
 * that comes in (nftables, at the device, so ARP too): the kernel would otherwise answer for
 * connections that do not exist there yet.
 */
public final class BridgeNetwork implements ContainerNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(BridgeNetwork.class);
  private static final String INSIDE = "eth0";
  private static final String TABLE = "nereid_parked";

  /** Twice, so that it also succeeds when the table is gone already. */
  private static final List<String> OPENING =
      List.of("table netdev " + TABLE, "delete table netdev " + TABLE);

  private final IpTool ip;
  private final HostPaths paths;
  private final ResourceJournal journal;
  private final HostBridge bridge;
  private final Map<ContainerId, NetworkSpec> specs = new ConcurrentHashMap<>();
  private final Set<ContainerId> parkedOnes = ConcurrentHashMap.newKeySet();
  private final Map<ContainerId, ParkingLot> lots = new ConcurrentHashMap<>();
  private final Map<ContainerId, ReadyNft> openers = new ConcurrentHashMap<>();
  private final ProcessLauncher launcher;

  public BridgeNetwork(
      ProcessRunner runner,
      ProcessLauncher launcher,
      HostPaths paths,
      ResourceJournal journal,
      NetworkConfig config) {
    this.ip = new IpTool(runner);
    this.launcher = launcher;
    this.paths = paths;
    this.journal = journal;
    this.bridge = new HostBridge(ip, config);
  }

  @Override
  public Path create(ContainerId id, NetworkSpec spec, boolean parked) {
    specs.put(id, spec);
    Path namespace = path(id);
    if (isNamespace(namespace)) {
      return namespace;
    }
    makeNamespace(id, namespace);
    List<String> inside = new ArrayList<>(List.of("link set dev lo up"));
    if (spec.mode() == NetworkMode.BRIDGE) {
      bridge.ensure();
      makeDevices(id, namespace, spec);
      if (parked) {
        parkedOnes.add(id);
        IpTool.expect("parking container " + id, ip.nftIn(namespace, parkingRules()));
      }
      inside.add("addr add " + spec.address().orElseThrow() + " dev " + INSIDE);
      inside.add("link set dev " + INSIDE + " up");
      spec.gateway().ifPresent(via -> inside.add("route add default via " + via));
    }
    ip.silenceIpv6In(namespace);
    ip.batchIn(namespace, "addressing container " + id, inside);
    return namespace;
  }

  private void makeNamespace(ContainerId id, Path namespace) {
    journal.record(id, new Resource.NetNs(namespace));
    try {
      Files.createDirectories(namespace.getParent());
      if (!Files.exists(namespace)) {
        Files.createFile(namespace);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + namespace, e);
    }
    IpTool.expect(
        "making a network namespace for container " + id,
        ip.run("unshare", "--net=" + namespace, "true"));
  }

  private void makeDevices(ContainerId id, Path namespace, NetworkSpec spec) {
    String host = hostDevice(id);
    journal.record(id, new Resource.Veth(host));
    ip.batch(
        "making the network devices of container " + id,
        List.of(
            "link add name %s type veth peer name %s address %s netns %s"
                .formatted(host, INSIDE, spec.mac().orElseThrow(), namespace),
            "link set dev " + host + " master " + bridge.name(),
            "link set dev " + host + " up"));
  }

  private static List<String> parkingRules() {
    return List.of(
        "table netdev " + TABLE + " {",
        "  chain in { type filter hook ingress device \""
            + INSIDE
            + "\" priority -500;"
            + " policy drop; }",
        "}");
  }

  @Override
  public void attach(ContainerId id) {
    if (isBridged(id)) {
      bridge.ensure();
      IpTool.expect(
          "attaching container " + id,
          ip.run("ip", "link", "set", "dev", hostDevice(id), "master", bridge.name()));
    }
  }

  @Override
  public void detach(ContainerId id) {
    if (isBridged(id)) {
      IpTool.expect(
          "detaching container " + id,
          ip.run("ip", "link", "set", "dev", hostDevice(id), "nomaster"));
    }
  }

  @Override
  public void announce(ContainerId id) {
    if (!isBridged(id)) {
      return;
    }
    try {
      if (!parkedOnes.contains(id)) {
        sendArp(id);
        return;
      }
      // From now on frames come here. Whatever cannot be delivered yet is kept.
      ParkingLot lot = lots.get(id);
      if (!openers.containsKey(id)) {
        ReadyNft.in(path(id), launcher).ifPresent(opener -> openers.put(id, opener));
      }
      if (lot == null) {
        lot = ParkingLot.open(path(id), INSIDE);
        ParkingLot other = lots.putIfAbsent(id, lot);
        if (other != null) {
          lot.close();
          lot = other;
        }
      }
      for (byte[] frame : arp(id)) {
        lot.sendOut(frame);
      }
    } catch (IOException e) {
      throw failed("announcing container " + id, e);
    }
  }

  @Override
  public void unpark(ContainerId id) {
    if (!isBridged(id)) {
      return;
    }
    ReadyNft opener = openers.remove(id);
    if (opener == null || !opener.run(OPENING)) {
      IpTool.expect("letting traffic through to container " + id, ip.nftIn(path(id), OPENING));
    }
    parkedOnes.remove(id);
    try {
      ParkingLot lot = lots.remove(id);
      if (lot == null) {
        sendArp(id);
        return;
      }
      try {
        int delivered = lot.deliver(hostDevice(id));
        for (byte[] frame : arp(id)) {
          lot.sendOut(frame);
        }
        LOG.info("container {} is on the network; {} parked frames delivered", id, delivered);
      } finally {
        // The container runs; nobody has to wait for the rest.
        Thread.ofVirtual().name("unpark").start(() -> lot.finish(hostDevice(id)));
      }
    } catch (IOException e) {
      throw failed("delivering what was parked for container " + id, e);
    }
  }

  /** Announces a container that runs here: nothing is parked. */
  private void sendArp(ContainerId id) throws IOException {
    try (PacketSocket inside = PacketSocket.in(path(id), INSIDE)) {
      for (byte[] frame : arp(id)) {
        inside.send(frame);
      }
    }
  }

  private List<byte[]> arp(ContainerId id) {
    NetworkSpec spec = specs.get(id);
    String address = spec.address().orElseThrow();
    return ArpFrames.announcing(
        spec.mac().orElseThrow(), address.substring(0, address.indexOf('/')));
  }

  @Override
  public void remove(ContainerId id) {
    ParkingLot lot = lots.remove(id);
    if (lot != null) {
      lot.close();
    }
    ReadyNft opener = openers.remove(id);
    if (opener != null) {
      opener.close();
    }
    parkedOnes.remove(id);
    String host = hostDevice(id);
    if (HostBridge.exists(host)) {
      IpTool.expect("removing " + host, ip.run("ip", "link", "del", "dev", host));
    }
    journal.forget(id, new Resource.Veth(host));
    Path namespace = path(id);
    try {
      if (isNamespace(namespace)) {
        IpTool.expect("removing " + namespace, ip.run("umount", namespace.toString()));
      }
      Files.deleteIfExists(namespace);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + namespace, e);
    }
    journal.forget(id, new Resource.NetNs(namespace));
    specs.remove(id);
    bridge.removeIfUnused();
  }

  @Override
  public Optional<Path> namespace(ContainerId id) {
    return Optional.of(path(id)).filter(BridgeNetwork::isNamespace);
  }

  @Override
  public void adopt(Map<ContainerId, NetworkSpec> containers) {
    specs.putAll(containers);
    List<ContainerId> orphans =
        journal.all().stream()
            .filter(e ->
                e.resource() instanceof Resource.NetNs || e.resource() instanceof Resource.Veth)
            .map(JournalEntry::container)
            .distinct()
            .filter(id -> !containers.containsKey(id))
            .toList();
    for (ContainerId id : orphans) {
      LOG.info("removing the network that was left of container {}", id);
      remove(id);
    }
  }

  private boolean isBridged(ContainerId id) {
    NetworkSpec spec = specs.get(id);
    if (spec == null) {
      throw new FailureException(
          Failure.refused(
              FailureCode.RUNTIME_FAILED, "container " + id + " has no network here", ""));
    }
    return spec.mode() == NetworkMode.BRIDGE;
  }

  private Path path(ContainerId id) {
    return paths.networkNamespaces().resolve(id.value());
  }

  /**
   * The host's end of a container's device pair: 15 characters at most, and different for two
   * nymphs on one machine between which a container moves.
   */
  String hostDevice(ContainerId id) {
    int both = (paths.node().value() + "/" + id.value()).hashCode();
    return "nv%s%08x".formatted(id.value().substring(0, 5), both);
  }

  // The root of a mount of the namespace file system has another device than its directory.
  private static boolean isNamespace(Path path) {
    try {
      return Files.exists(path)
          && !Files.getAttribute(path, "unix:dev")
              .equals(Files.getAttribute(path.getParent(), "unix:dev"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path, e);
    }
  }

  private static FailureException failed(String doing, IOException cause) {
    return new FailureException(
        Failure.of(FailureCode.RUNTIME_FAILED, doing + ": " + cause.getMessage(), ""), cause);
  }
}
