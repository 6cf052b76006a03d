/**
 * Checkpoint archives as Podman writes and checkpointctl reads them, with a few files of ours that
 * make them complete and verifiable. Owns the format and every check of what comes from outside;
 * knows nothing of hosts, stores and running containers.
 */
package io.nereid.nymph.archive;
