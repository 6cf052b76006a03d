package io.nereid.domain.volume;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;

/** A container that has a volume. */
public record VolumeUser(ContainerId id, ContainerName name) {}
