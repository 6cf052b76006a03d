package io.nereid.domain.container;

import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;

/**
 * Why a host must not act on its own about a container: a migration holds it. Kept on the host's
 * disk, so that it survives a restart of everything.
 *
 * @param peer the host at the other end
 */
public record MigrationHold(MigrationId migration, Role role, NodeId peer) {
  /** Which end of the move this host is. */
  public enum Role {
    SOURCE,
    TARGET
  }
}
