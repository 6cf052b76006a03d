/**
 * Snapshots of this host's containers: taken while they run on, brought up again, sent to where
 * they are wanted. Owns how they come about and what is written down so that a frozen container is
 * thawed whatever happens; never decides which host a container belongs to.
 */
package io.nereid.nymph.snapshot;
