/**
 * Snapshots of containers on this host's disk: manifests of their trees, and packs with content of
 * which each piece is stored once. Owns those directories; never talks to another host, and knows
 * nothing of containers.
 */
package io.nereid.transfer.snapshot;
