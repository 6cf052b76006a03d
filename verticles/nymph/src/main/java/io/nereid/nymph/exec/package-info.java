/**
 * Commands inside running containers, with somebody at the other end. Owns their processes,
 * terminals and bounded buffers; never outlives the daemon.
 */
package io.nereid.nymph.exec;
