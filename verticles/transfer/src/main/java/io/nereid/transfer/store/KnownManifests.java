package io.nereid.transfer.store;

import io.nereid.linux.BeneathDir;
import io.nereid.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Manifests of directories that were sent or received, by the directory's inode, so that keeping
 * one as a base later costs no second hashing, even after it has been renamed. Lost with a restart.
 * A stale one does no harm: content is compared with its digest before it is used.
 */
public final class KnownManifests {
  private static final int KEPT_MAX = 32;
  private static final byte[] ROOT = {};

  private final Path dir;
  private final Map<String, Path> known = new LinkedHashMap<>();

  /** Uses an existing directory of its own. */
  public KnownManifests(Path dir) {
    this.dir = dir;
  }

  /** Remembers the manifest of a directory by another name of the file. */
  public synchronized void put(Path root, Path manifest) throws IOException {
    String key = key(root);
    Path link = dir.resolve(key);
    Files.deleteIfExists(link);
    Files.createLink(link, manifest);
    known.remove(key);
    known.put(key, link);
    while (known.size() > KEPT_MAX) {
      String eldest = known.keySet().iterator().next();
      Files.deleteIfExists(known.remove(eldest));
    }
  }

  /** Gives the manifest of a directory another name, if it is known. */
  public synchronized boolean linkTo(Path root, Path target) throws IOException {
    Optional<Path> found = Optional.ofNullable(known.remove(key(root)));
    if (found.isEmpty()) {
      return false;
    }
    try {
      Files.move(found.get(), target);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static String key(Path root) throws IOException {
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(root.toString());
    }
    try (BeneathDir opened = BeneathDir.open(root)) {
      FileStatus s = opened.status(ROOT);
      return Long.toHexString(s.device()) + "-" + Long.toHexString(s.inode());
    }
  }
}
