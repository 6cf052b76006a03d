package io.nereid.nymph.fs;

import java.nio.file.Path;

/**
 * One mount of this mount namespace.
 *
 * @param path where it is
 * @param type of the file system
 * @param source as given when it was mounted
 */
public record MountPoint(int id, int parent, Path path, String type, String source) {}
