/**
 * What people ask for snapshots: which there are, taking them, bringing them up, archives. Owns the
 * jobs under way and the view of who holds what; never sees content.
 */
package io.nereid.coordinator.snapshot;
