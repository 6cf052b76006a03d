package io.nereid.launcher.daemon;

import io.nereid.config.NereidConfig;
import io.nereid.gateway.GatewayVerticle;
import io.vertx.core.Deployable;
import java.util.Optional;

/** Builds verticles with what they need from each other. */
final class Wiring {
  private final NereidConfig config;
  private final String version;

  Wiring(NereidConfig config, String version) {
    this.config = config;
    this.version = version;
  }

  Optional<Deployable> make(String name) {
    return switch (name) {
      case "gateway" ->
          Optional.of(
              new GatewayVerticle(
                  config.node().name(), config.gateway(), config.node().stopGraceMs(), version));
      default -> Optional.empty();
    };
  }
}
