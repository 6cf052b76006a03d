package io.nereid.port;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import java.util.function.Consumer;

/**
 * A session to be opened.
 *
 * @param bytesMax more than this is refused
 * @param whole run when a set has become complete, on a thread that may block
 */
public record ReceiveRequest(
    MigrationId migration,
    ContainerId container,
    Fence fence,
    long bytesMax,
    Consumer<SetLabel> whole) {
  /** One whose sets are asked for when they are needed. */
  public ReceiveRequest(MigrationId migration, ContainerId container, Fence fence, long bytesMax) {
    this(migration, container, fence, bytesMax, label -> {});
  }
}
