/**
 * The adapter of conmon, which holds a container's output and learns its exit code while the daemon
 * may come and go. Owns its command line and its files; never the container's life.
 */
package io.nereid.nymph.conmon;
