/**
 * Copies of snapshots on other hosts: which are missing, where they go, and that they get there.
 * Decides nothing about containers and never sees content.
 */
package io.nereid.coordinator.replication;
