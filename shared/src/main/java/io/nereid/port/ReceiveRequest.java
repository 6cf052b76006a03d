package io.nereid.port;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;

/**
 * A session to be opened.
 *
 * @param bytesMax more than this is refused
 */
public record ReceiveRequest(
    MigrationId migration, ContainerId container, Fence fence, long bytesMax) {}
