/**
 * Directories, mounts and files of this host. Owns where things lie, durable writes, overlay mounts
 * and deletion that never reaches through a mount; never knows what a container is doing.
 */
package io.nereid.nymph.fs;
