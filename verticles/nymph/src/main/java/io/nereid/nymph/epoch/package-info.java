/**
 * The highest epochs and the highest term that this host has seen, on disk. Owns the refusal of
 * older ones; never decides who owns a container.
 */
package io.nereid.nymph.epoch;
