package io.nereid.transfer.receive;

import io.nereid.transfer.pull.PullPool;
import io.nereid.transfer.snapshot.SnapshotStore;
import io.nereid.transfer.store.KnownManifests;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.store.RetainedStore;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * What all sessions of a host share.
 *
 * @param pulls makes one with nobody to ask
 */
public record ReceiveContext(
    LayerStore layers,
    SnapshotStore snapshots,
    RetainedStore retained,
    KnownManifests known,
    ExecutorService pool,
    Supplier<PullPool> pulls) {}
