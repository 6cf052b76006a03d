/**
 * Where everything is: the locations that people see, and the ledger set right from what hosts
 * report. Never changes an ownership that a migration works on.
 */
package io.nereid.coordinator.directory;
