/**
 * What the cluster keeps together: ownership, names, locations, migrations, the leader's term. The
 * only user of distributed maps; never decides what to write. Values are canonical JSON text, so a
 * compare-and-set compares bytes. All methods block: virtual threads only.
 */
package io.nereid.coordinator.store;
