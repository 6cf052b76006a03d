package io.nereid.config;

/** Everything that can be set, checked. Each part is one file below conf/. */
public record NereidConfig(
    NodeConfig node,
    ClusterConfig cluster,
    NetworkConfig network,
    TransferConfig transfer,
    CriuConfig criu,
    GatewayConfig gateway,
    LoggingConfig logging) {}
