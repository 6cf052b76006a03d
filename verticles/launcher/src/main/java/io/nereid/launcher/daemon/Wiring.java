package io.nereid.launcher.daemon;

import io.nereid.config.NereidConfig;
import io.nereid.coordinator.CoordinatorVerticle;
import io.nereid.fault.FaultPoints;
import io.nereid.gateway.GatewayVerticle;
import io.nereid.nymph.Nymphs;
import io.nereid.nymph.move.Rehearsal;
import io.nereid.process.ProgramEnvironment;
import io.nereid.transfer.TransferService;
import io.nereid.transfer.TransferVerticle;
import io.vertx.core.Deployable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds verticles with what they need from each other. */
final class Wiring {
  private final NereidConfig config;
  private final String version;
  private final ClusterMember member;
  private final FaultPoints faults;
  private final ProgramEnvironment programs;
  private final TransferService transfer;

  Wiring(
      NereidConfig config, Map<String, String> environment, String version, ClusterMember member) {
    this.config = config;
    this.version = version;
    this.member = member;
    this.faults = FaultPoints.from(environment);
    this.programs = ProgramEnvironment.from(environment);
    this.transfer =
        new TransferService(config.transfer(), config.cluster().host(), config.node().dataDir());
  }

  Optional<Deployable> make(String name) {
    return switch (name) {
      case "transfer" -> Optional.of(new TransferVerticle(transfer));
      case "nymph" ->
          Optional.of(
              Nymphs.verticle(
                  new Nymphs.Surroundings(
                      config, transfer, transfer.snapshots(), programs, version, faults)));
      case "coordinator" ->
          Optional.of(new CoordinatorVerticle(config, member.hazelcast(), faults));
      case "gateway" ->
          Optional.of(
              new GatewayVerticle(
                  config.node().name(), config.gateway(), config.node().stopGraceMs(), version));
      default -> Optional.empty();
    };
  }

  /**
   * In the background: goes through what a move needs, so that the first container that is frozen
   * does not wait for code that has never run.
   */
  void rehearse() {
    Set<String> running = Set.copyOf(config.node().verticles());
    Thread.ofPlatform()
        .daemon()
        .name("rehearsal")
        .priority(Thread.MIN_PRIORITY)
        .start(() -> {
          if (running.contains("transfer")) {
            transfer.rehearse();
          }
          if (running.contains("nymph")) {
            Rehearsal.run(config.node().dataDir().resolve("rehearsal"));
          }
        });
  }
}
