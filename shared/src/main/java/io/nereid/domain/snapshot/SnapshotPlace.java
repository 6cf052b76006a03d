package io.nereid.domain.snapshot;

import io.nereid.domain.id.NodeId;

/**
 * A snapshot and a host that holds it.
 *
 * @param present whether that host is in the cluster now
 */
public record SnapshotPlace(Snapshot snapshot, NodeId holder, boolean present) {}
