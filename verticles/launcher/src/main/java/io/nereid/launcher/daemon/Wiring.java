package io.nereid.launcher.daemon;

import io.nereid.config.NereidConfig;
import io.nereid.coordinator.CoordinatorVerticle;
import io.nereid.gateway.GatewayVerticle;
import io.vertx.core.Deployable;
import java.util.Optional;

/** Builds verticles with what they need from each other. */
final class Wiring {
  private final NereidConfig config;
  private final String version;
  private final ClusterMember member;

  Wiring(NereidConfig config, String version, ClusterMember member) {
    this.config = config;
    this.version = version;
    this.member = member;
  }

  Optional<Deployable> make(String name) {
    return switch (name) {
      case "coordinator" -> Optional.of(new CoordinatorVerticle(config, member.hazelcast()));
      case "gateway" ->
          Optional.of(
              new GatewayVerticle(
                  config.node().name(), config.gateway(), config.node().stopGraceMs(), version));
      default -> Optional.empty();
    };
  }
}
