package io.nereid.domain.volume;

import io.nereid.domain.id.NodeId;

/**
 * A volume and a host that has it. A writable one has one place, a read-only one as many as there
 * are hosts with a copy.
 *
 * @param present whether the host is in the cluster at the moment
 */
public record VolumePlace(Volume volume, NodeId host, boolean present) {}
