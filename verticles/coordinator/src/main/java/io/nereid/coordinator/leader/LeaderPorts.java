package io.nereid.coordinator.leader;

import io.nereid.config.NetworkConfig;
import io.nereid.config.RecoveryConfig;
import io.nereid.coordinator.membership.Membership;
import io.nereid.coordinator.schedule.Budget;
import io.nereid.coordinator.store.Departures;
import io.nereid.coordinator.store.LayerMap;
import io.nereid.coordinator.store.LocationStore;
import io.nereid.coordinator.store.MigrationStore;
import io.nereid.coordinator.store.RecoveryStore;
import io.nereid.coordinator.store.SnapshotMap;
import io.nereid.coordinator.store.TermCounter;
import io.nereid.coordinator.store.VolumeMap;
import io.nereid.fault.FaultPoints;
import io.nereid.port.OwnershipLedger;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * What a leader works with.
 *
 * @param majority whether ownership changes only where a majority of the hosts is
 * @param replicas how many other hosts get a snapshot, where nothing else is said
 * @param budget of snapshots that are taken by themselves
 * @param faults where tests interrupt migrations
 */
public record LeaderPorts(
    Vertx vertx,
    Membership membership,
    OwnershipLedger ledger,
    MigrationStore migrations,
    LocationStore locations,
    SnapshotMap snapshots,
    LayerMap layers,
    VolumeMap volumes,
    TermCounter terms,
    RecoveryStore recoveries,
    Departures departures,
    NetworkConfig network,
    RecoveryConfig recovery,
    boolean majority,
    int replicas,
    Budget budget,
    Clock clock,
    FaultPoints faults) {}
