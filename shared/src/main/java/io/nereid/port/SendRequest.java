package io.nereid.port;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import java.util.List;

/**
 * What to send where.
 *
 * @param layers digests of layers that the receiver must have at the end
 * @param bandwidthBytesPerSecond limit of this send; 0 is the host's own for its label
 */
public record SendRequest(
    MigrationId migration,
    ContainerId container,
    TransferTicket ticket,
    SetLabel label,
    List<Tree> trees,
    List<String> layers,
    long bandwidthBytesPerSecond) {}
