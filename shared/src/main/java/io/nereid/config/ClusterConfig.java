package io.nereid.config;

import java.util.List;

/**
 * Membership.
 *
 * @param name hosts of other names do not join; not a secret
 * @param host address at which this host is reached by the others
 * @param port of the cluster member
 * @param busPort of the event bus
 * @param join host or host:port of some other members; empty starts alone
 * @param quorum fewest members for ownership to change; 0: majority of those configured in join
 */
public record ClusterConfig(
    String name,
    String host,
    int port,
    int busPort,
    List<String> join,
    int quorum,
    int heartbeatIntervalMs,
    int heartbeatTimeoutMs) {}
