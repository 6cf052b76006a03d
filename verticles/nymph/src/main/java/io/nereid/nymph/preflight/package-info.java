/**
 * Looks at a container's processes and at this host for the judgement whether a move can work. Owns
 * the reading of /proc, of hostile content in it, and of CRIU's description of the processor; never
 * judges and never changes anything.
 */
package io.nereid.nymph.preflight;
