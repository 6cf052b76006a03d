package io.nereid.gateway.testkit;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.migration.Rounds;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.node.NodeInfo;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.recovery.Protection;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records with plausible content. */
public final class Examples {
  public static final ContainerId COUNTER_ID = new ContainerId("0123456789abcdef0123456789abcdef");
  public static final ContainerName COUNTER = new ContainerName("counter");
  public static final MigrationId MIGRATION = new MigrationId("m-0123456789ab");
  public static final NodeId A = new NodeId("a");
  public static final NodeId B = new NodeId("b");
  public static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

  private Examples() {}

  public static ContainerStatus status(ContainerState state) {
    return new ContainerStatus(
        COUNTER_ID,
        COUNTER,
        state,
        new Epoch(3),
        state == ContainerState.RUNNING ? Optional.of(4242) : Optional.empty(),
        state == ContainerState.STOPPED ? Optional.of(3) : Optional.empty(),
        new NetworkSpec(
            NetworkMode.BRIDGE,
            Optional.of("10.77.0.5/16"),
            Optional.empty(),
            Optional.of("02:4e:0a:4d:00:05")),
        List.of("sh", "/count.sh"),
        NOON.minusSeconds(600),
        Optional.of(NOON.minusSeconds(300)),
        2,
        Optional.empty());
  }

  public static Location at(NodeId owner) {
    return at(owner, ContainerState.RUNNING);
  }

  public static Location at(NodeId owner, ContainerState state) {
    return new Location(owner, status(state), Optional.empty(), true, NOON, Protection.NONE);
  }

  public static NodeView node(NodeId id, boolean present, boolean leader) {
    return new NodeView(
        new NodeInfo(
            id,
            "10.0.0.1",
            "0.1.0",
            new Capabilities(
                "x86_64",
                "6.1.0",
                "v2",
                "1.1.5",
                "4.2",
                "2.1.6",
                List.of(),
                present ? List.of() : List.of("no answer")),
            2,
            8L << 30,
            6L << 30,
            100L << 30,
            0.5,
            NOON.minusSeconds(7_300),
            Map.of()),
        present,
        leader,
        1);
  }

  public static MigrationView view(long version, Phase phase) {
    Map<Phase, Long> phasesMs = new EnumMap<>(Phase.class);
    phasesMs.put(Phase.PREFLIGHT, 12L);
    phasesMs.put(Phase.PREPARE, 80L);
    boolean ended = phase.isFinal();
    return new MigrationView(
        version,
        new Migration(
            MIGRATION,
            COUNTER_ID,
            COUNTER,
            A,
            B,
            phase,
            new Ownership(
                COUNTER_ID, COUNTER, A, new Epoch(3), Ownership.Stage.HELD, Optional.empty()),
            MigrationOptions.DEFAULT,
            false,
            NOON,
            ended ? Optional.of(NOON.plusMillis(1_430)) : Optional.empty(),
            phasesMs,
            Optional.empty(),
            Optional.empty(),
            ended ? Optional.of(231L) : Optional.empty(),
            25_000_000,
            3_000_000,
            new Progress(20_000_000, 5_000_000, 2_000_000, 10_000_000, 1_500),
            Rounds.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }
}
