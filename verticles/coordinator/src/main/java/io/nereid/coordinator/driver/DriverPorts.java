package io.nereid.coordinator.driver;

import io.nereid.bus.BusClient;
import io.nereid.coordinator.membership.Membership;
import io.nereid.coordinator.store.MigrationStore;
import io.nereid.domain.id.Term;
import io.nereid.fault.FaultPoints;
import io.nereid.port.OwnershipLedger;
import java.time.Clock;

/**
 * What a driver works with.
 *
 * @param term in whose name it asks
 * @param turns to be frozen
 * @param staleTerm told when somebody has seen a higher term
 * @param faults where tests interrupt a migration
 */
public record DriverPorts(
    Term term,
    BusClient bus,
    OwnershipLedger ledger,
    MigrationStore store,
    Membership membership,
    Turns turns,
    MigrationListener listener,
    Runnable staleTerm,
    Clock clock,
    FaultPoints faults) {}
