package io.nereid.transfer.send;

import io.nereid.transfer.store.KnownManifests;
import io.nereid.transfer.store.LayerStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;

/**
 * What all sends of a host share.
 *
 * @param route to receivers
 * @param clients connections to receivers
 * @param greeted receivers that need no further greeting
 * @param scratch directory for manifests of trees being sent
 * @param hashPool for what a frozen container waits for
 * @param civilPool for everything else
 * @param throttle limit of all sends of running containers together
 * @param finalThrottle the same for frozen ones
 * @param retryMs how long a broken connection is tried again
 */
public record SendContext(
    Vertx vertx,
    Route route,
    ControlClients clients,
    Greeted greeted,
    ExecutorService hashPool,
    ExecutorService civilPool,
    int hashThreads,
    Path scratch,
    LayerStore layers,
    KnownManifests known,
    Throttle throttle,
    Throttle finalThrottle,
    long retryMs) {}
