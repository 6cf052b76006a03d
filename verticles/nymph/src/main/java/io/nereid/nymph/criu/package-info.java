/**
 * Checkpoint and restore through runc's use of CRIU: how its runs are set up and what their logs
 * say. Owns command lines and log excerpts; never decides when, and never interrupts a run.
 */
package io.nereid.nymph.criu;
