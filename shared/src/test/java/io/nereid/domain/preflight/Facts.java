package io.nereid.domain.preflight;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.Capabilities;
import java.util.List;
import java.util.Optional;

/** Facts of which a test changes one: by default everything fits. */
final class Facts {
  static final long MIB = 1L << 20;
  String arch = "x86_64";
  String kernel = "6.1.0-13-amd64";
  String cgroup = "v2";
  String runc = "1.1.5";
  String criu = "4.2.1";
  List<String> features = List.of("network_lock_nftables", "uffd");
  List<String> problems = List.of();
  List<String> flags = List.of("fpu", "sse2", "avx2", "hypervisor");
  String boot = "boot";
  NetworkMode mode = NetworkMode.BRIDGE;
  boolean terminal;
  boolean tcpMoves = true;
  long memoryBytes = 100 * MIB;
  long dumpFree = 1000 * MIB;
  List<BindMount> binds = List.of();
  Inside inside = Inside.plain(1);
  long memoryFree = 1000 * MIB;
  long diskFree = 1000 * MIB;
  TargetFacts.CpuMatch cpu = TargetFacts.CpuMatch.FITS;
  Optional<String> nameTaken = Optional.empty();
  Optional<String> addressTaken = Optional.empty();
  List<String> bindSources = List.of();
  List<Integer> portsTaken = List.of();

  HostTraits traits(String host) {
    return new HostTraits(
        new NodeId(host),
        new Capabilities(arch, kernel, cgroup, runc, criu, "2.1", features, problems),
        flags,
        boot);
  }

  ContainerFacts container() {
    return new ContainerFacts(
        new ContainerId("0123456789abcdef0123456789abcdef"),
        new ContainerName("web"),
        new NetworkSpec(mode, Optional.of("10.0.0.5/16"), Optional.empty(), Optional.empty()),
        traits("a"),
        "",
        terminal,
        tcpMoves,
        memoryBytes,
        -1,
        50 * MIB,
        dumpFree,
        binds,
        inside);
  }

  TargetFacts target() {
    return new TargetFacts(
        traits("b"), memoryFree, diskFree, cpu, nameTaken, addressTaken, bindSources, portsTaken);
  }
}
