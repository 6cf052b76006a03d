package io.nereid.config;

import java.util.Optional;

/**
 * The containers' network.
 *
 * @param bridge device to which containers are attached; made when it does not exist
 * @param uplink device to put on the bridge when we made it, so that hosts share a segment
 * @param subnet IPv4 network of all containers, for example 10.77.0.0/16
 * @param gateway default route of containers, if any
 */
public record NetworkConfig(
    String bridge, Optional<String> uplink, String subnet, Optional<String> gateway) {}
