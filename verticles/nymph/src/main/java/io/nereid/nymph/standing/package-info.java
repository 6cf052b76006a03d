/**
 * Whether this host may still run what it has: when it heard of the leader last, and what is done
 * when it comes back after that was long ago. Freezes and thaws; never removes anything itself.
 */
package io.nereid.nymph.standing;
