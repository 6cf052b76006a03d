package io.nereid.coordinator.recovery;

import io.nereid.bus.BusClient;
import io.nereid.config.RecoveryConfig;
import io.nereid.coordinator.container.Nymphs;
import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Protections;
import io.nereid.coordinator.directory.Reconciler;
import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.coordinator.store.Departures;
import io.nereid.coordinator.store.RecoveryStore;
import io.nereid.domain.id.Term;
import io.nereid.fault.FaultPoints;
import io.nereid.port.OwnershipLedger;
import java.time.Clock;

/**
 * What recoveries work with, for one leadership.
 *
 * @param majority whether ownership changes only where a majority of the hosts is
 */
public record RecoveryPorts(
    Term term,
    RecoveryConfig times,
    boolean majority,
    BusClient bus,
    OwnershipLedger ledger,
    RecoveryStore store,
    Departures departures,
    SnapshotDirectory snapshots,
    Directory directory,
    Protections protections,
    Operations operations,
    Reconciler reconciler,
    MigrationBoard board,
    Nymphs nymphs,
    Signs signs,
    FaultPoints faults,
    Clock clock) {}
