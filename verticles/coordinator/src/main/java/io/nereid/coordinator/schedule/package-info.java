/**
 * Snapshots that are taken by themselves: when the next one of a container is due, and which are
 * not kept. What decides is pure; {@link io.nereid.coordinator.schedule.Scheduler} acts. Knows
 * nothing of other hosts' copies but that they are there.
 */
package io.nereid.coordinator.schedule;
