package io.nereid.config;

import java.nio.file.Path;

/**
 * Where commands come in.
 *
 * @param socket unix socket that only root may open
 * @param host address of the TCP listener (RPC_IP); loopback only
 * @param port of the TCP listener (RPC_PORT); 0 switches it off
 */
public record GatewayConfig(Path socket, String host, int port) {}
