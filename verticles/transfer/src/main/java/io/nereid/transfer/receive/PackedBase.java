package io.nereid.transfer.receive;

import io.nereid.linux.BeneathDir;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.ContentTree;
import io.nereid.transfer.store.Base;
import java.util.BitSet;
import java.util.Optional;

/** A tree of one of this host's own snapshots: nothing of it is believed without hashing. */
final class PackedBase implements Base {
  private final ContentTree tree;
  private final BitSet lost = new BitSet();

  PackedBase(ContentTree tree) {
    this.tree = tree;
  }

  @Override
  public Manifest manifest() {
    return tree.manifest();
  }

  @Override
  public BeneathDir dir() {
    throw new IllegalStateException("a snapshot's content is in packs");
  }

  @Override
  public Optional<ContentTree> content() {
    return Optional.of(tree);
  }

  @Override
  public boolean trusted() {
    return false;
  }

  @Override
  public synchronized boolean has(int chunk) {
    return !lost.get(chunk);
  }

  @Override
  public synchronized void lost(int chunk) {
    lost.set(chunk);
  }
}
