/**
 * What becomes of the containers of a host that is gone: when it counts as gone, which of them are
 * brought up where, and that being done. Changes ownership only of containers whose host is gone
 * and which no migration holds; the ledger first, always. Never touches content.
 */
package io.nereid.coordinator.recovery;
