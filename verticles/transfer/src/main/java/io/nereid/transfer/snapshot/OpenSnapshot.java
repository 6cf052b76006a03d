package io.nereid.transfer.snapshot;

import io.nereid.port.TreeKind;
import io.nereid.transfer.source.ContentTree;
import java.util.Map;

/**
 * A snapshot that is being read: as long as it is open it is not removed.
 *
 * @param manifests SHA-256 of each tree's manifest, in hexadecimal digits
 * @param release lets it go
 */
public record OpenSnapshot(
    Map<TreeKind, ContentTree> trees, Map<TreeKind, String> manifests, Runnable release)
    implements AutoCloseable {
  @Override
  public void close() {
    trees.values().forEach(ContentTree::close);
    release.run();
  }
}
