/**
 * Decides how a migration goes on. Pure: no clock, no I/O, no Vert.x. Owns the phases, their
 * compensations and what is written down; never performs anything.
 */
package io.nereid.coordinator.migration;
