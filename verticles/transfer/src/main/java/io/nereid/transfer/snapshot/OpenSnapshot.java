package io.nereid.transfer.snapshot;

import io.nereid.port.TreeKind;
import io.nereid.transfer.source.ContentTree;
import io.nereid.transfer.tree.DiskFailures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A snapshot that is being read: as long as it is open it is not removed.
 *
 * @param manifests SHA-256 of each tree's manifest, in hexadecimal digits
 * @param release lets it go
 */
public record OpenSnapshot(
    Map<TreeKind, ContentTree> trees, Map<TreeKind, String> manifests, Runnable release)
    implements AutoCloseable {
  static OpenSnapshot open(
      Path snapshot, Map<TreeKind, String> manifests, IntFunction<Path> content, Runnable release) {
    Map<TreeKind, ContentTree> trees = new EnumMap<>(TreeKind.class);
    boolean opened = false;
    try {
      for (TreeKind kind : manifests.keySet()) {
        trees.put(kind, new PackedTree(snapshot, kind, content));
      }
      opened = true;
      return new OpenSnapshot(trees, manifests, release);
    } catch (IOException e) {
      throw DiskFailures.of("reading a snapshot", snapshot, e);
    } finally {
      if (!opened) {
        trees.values().forEach(ContentTree::close);
        release.run();
      }
    }
  }

  @Override
  public void close() {
    trees.values().forEach(ContentTree::close);
    release.run();
  }
}
