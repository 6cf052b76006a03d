package io.nereid.transfer.receive;

import io.nereid.transfer.store.KnownManifests;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.store.RetainedStore;
import java.util.concurrent.ExecutorService;

/** What all sessions of a host share. */
public record ReceiveContext(
    LayerStore layers, RetainedStore retained, KnownManifests known, ExecutorService pool) {}
