package io.nereid.coordinator.testkit;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.node.NodeInfo;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.HostTraits;
import io.nereid.domain.preflight.Inside;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values that tests need and do not care about. */
public final class Examples {
  public static final NodeId A = new NodeId("a");
  public static final NodeId B = new NodeId("b");
  public static final NodeId C = new NodeId("c");
  public static final ContainerId ID = new ContainerId("0123456789abcdef0123456789abcdef");
  public static final ContainerName NAME = new ContainerName("web");
  public static final MigrationId MIGRATION = new MigrationId("m-0123456789ab");
  public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  public static final TransferTicket TICKET = new TransferTicket("127.0.0.1", 1, 2, "secret");
  public static final Capabilities CAPABILITIES =
      new Capabilities("x86_64", "6.1", "v2", "1.1", "4.1", "2.1", List.of(), List.of());

  private Examples() {}

  public static Ownership held(NodeId owner, long epoch) {
    return new Ownership(ID, NAME, owner, new Epoch(epoch), Stage.HELD, Optional.empty());
  }

  public static Ownership granted(NodeId owner, long epoch) {
    return new Ownership(ID, NAME, owner, new Epoch(epoch), Stage.GRANTED, Optional.of(MIGRATION));
  }

  public static ContainerStatus status(ContainerState state, long epoch) {
    return status(ID, NAME, state, epoch, NetworkSpec.without(NetworkMode.NONE));
  }

  public static ContainerStatus status(
      ContainerId id, ContainerName name, ContainerState state, long epoch, NetworkSpec network) {
    return new ContainerStatus(
        id,
        name,
        state,
        new Epoch(epoch),
        Optional.of(42),
        Optional.empty(),
        network,
        List.of("sleep", "1000"),
        NOW,
        Optional.of(NOW),
        0,
        Optional.empty());
  }

  public static MoveDescription move(ContainerStatus status) {
    return new MoveDescription(
        status.id(),
        status.name(),
        status,
        status.network(),
        CAPABILITIES,
        1 << 20,
        1 << 20,
        List.of(),
        false,
        0);
  }

  /** A host on which everything works. */
  public static HostTraits traits(NodeId host) {
    Capabilities capabilities =
        new Capabilities(
            "x86_64",
            "6.1",
            "v2",
            "1.1",
            "4.1",
            "2.1",
            List.of("network_lock_nftables"),
            List.of());
    return new HostTraits(host, capabilities, List.of("fpu"), "boot-" + host);
  }

  public static StepResult.Described described(ContainerStatus status) {
    return new StepResult.Described(move(status), facts(status));
  }

  public static ContainerFacts facts(ContainerStatus status) {
    return new ContainerFacts(
        status.id(),
        status.name(),
        status.network(),
        traits(A),
        "",
        false,
        true,
        1 << 20,
        -1,
        1 << 20,
        100L << 30,
        List.of(),
        Inside.plain(1));
  }

  /** A host that can take everything. */
  public static TargetFacts there(NodeId host) {
    return new TargetFacts(
        traits(host),
        8L << 30,
        100L << 30,
        TargetFacts.CpuMatch.FITS,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of());
  }

  public static NodeInfo node(NodeId id, long memoryAvailable) {
    return new NodeInfo(
        id,
        "127.0.0.1",
        "0.1",
        CAPABILITIES,
        2,
        8L << 30,
        memoryAvailable,
        100L << 30,
        0.1,
        NOW,
        Map.of());
  }
}
