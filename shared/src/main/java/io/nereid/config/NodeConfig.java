package io.nereid.config;

import io.nereid.domain.id.NodeId;
import java.nio.file.Path;
import java.util.List;

/**
 * This host.
 *
 * @param dataDir containers, layers, journal, epochs: survives a reboot; default /var/lib/nereid
 * @param runDir sockets and runc's state: may be lost with a reboot; default /run/nereid
 * @param verticles which to deploy: nymph, coordinator, transfer, gateway
 * @param stopGraceMs between the stop signal and SIGKILL
 */
public record NodeConfig(
    NodeId name, Path dataDir, Path runDir, List<String> verticles, long stopGraceMs) {}
