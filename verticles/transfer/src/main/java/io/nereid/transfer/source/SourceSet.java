package io.nereid.transfer.source;

import io.nereid.linux.BeneathDir;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestWriter;
import io.nereid.transfer.tree.TreeScanner;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One tree to be sent: where its files are and its manifest, whose digests may still be computed.
 * Kept over reconnects, so nothing is hashed twice.
 */
public final class SourceSet implements AutoCloseable {
  private final TreeKind kind;
  private final String layer;
  private final Path root;
  private final BeneathDir dir;
  private final Manifest manifest;
  private final ManifestWriter writer;
  private final boolean tolerant;
  private volatile int hashed;

  private SourceSet(
      TreeKind kind,
      String layer,
      Path root,
      BeneathDir dir,
      Manifest manifest,
      ManifestWriter writer,
      boolean tolerant) {
    this.kind = kind;
    this.layer = layer;
    this.root = root;
    this.dir = dir;
    this.manifest = manifest;
    this.writer = writer;
    this.tolerant = tolerant;
    this.hashed = writer == null ? manifest.header().chunks() : 0;
  }

  /**
   * Scans a tree; its digests are still to be computed.
   *
   * @param tolerant whether files may change or vanish
   * @param manifestFile is made; removing it is the caller's business
   */
  public static SourceSet scan(Tree tree, boolean tolerant, Path manifestFile) throws IOException {
    BeneathDir dir = BeneathDir.open(tree.root());
    ManifestWriter writer = null;
    try {
      writer = new ManifestWriter(manifestFile, tree.kind());
      TreeScanner.scan(tree, tolerant, dir, writer);
      writer.finishEntries();
      Manifest manifest = Manifest.open(manifestFile);
      return new SourceSet(tree.kind(), "", tree.root(), dir, manifest, writer, tolerant);
    } catch (IOException | RuntimeException e) {
      dir.close();
      if (writer != null) {
        writer.close();
      }
      throw e;
    }
  }

  /** A layer of the store, whose manifest is complete. */
  public static SourceSet layer(String digest, Path root, Path manifestFile) throws IOException {
    Manifest manifest = Manifest.open(manifestFile);
    try {
      return new SourceSet(
          TreeKind.LAYER, digest, root, BeneathDir.open(root), manifest, null, false);
    } catch (IOException e) {
      manifest.close();
      throw e;
    }
  }

  public TreeKind kind() {
    return kind;
  }

  public String layer() {
    return layer;
  }

  public Path root() {
    return root;
  }

  public BeneathDir dir() {
    return dir;
  }

  public Manifest manifest() {
    return manifest;
  }

  /** True when files may change or vanish: what cannot be read is then left out. */
  public boolean tolerant() {
    return tolerant;
  }

  /** True when content is compared with its digest once more as it is sent. */
  public boolean checkedAgain() {
    return kind != TreeKind.IMAGES && kind != TreeKind.LAYER;
  }

  /** True when a file with another size or time than at the scan is a mistake. */
  public boolean strict() {
    // A log grows at its end; what was scanned stays as it was.
    return !tolerant && kind != TreeKind.LOG;
  }

  /** Digests of the chunks before this one are in the manifest. */
  public int hashed() {
    return hashed;
  }

  /** Writes digests that follow those already there. */
  public void addDigests(int first, byte[] digests, int count) throws IOException {
    if (first != hashed) {
      throw new IllegalStateException("digests of " + first + " before those of " + hashed);
    }
    writer.digests(manifest.header(), first, digests, count * 32);
    hashed = first + count;
  }

  @Override
  public void close() {
    manifest.close();
    dir.close();
    if (writer != null) {
      try {
        writer.close();
      } catch (IOException e) {
        // Only read from now on, if at all: nothing is lost.
        org.slf4j.LoggerFactory.getLogger(SourceSet.class).debug("closing a manifest", e);
      }
    }
  }
}
