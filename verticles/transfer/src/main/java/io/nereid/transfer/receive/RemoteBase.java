package io.nereid.transfer.receive;

import io.nereid.linux.BeneathDir;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.store.Base;

/** A tree that other hosts lend: what is in it is known, its content has to be fetched. */
final class RemoteBase implements Base, AutoCloseable {
  private final String tree;
  private final Manifest manifest;

  RemoteBase(String tree, Manifest manifest) {
    this.tree = tree;
    this.manifest = manifest;
  }

  /** What the hosts that lend it call it. */
  String tree() {
    return tree;
  }

  @Override
  public Manifest manifest() {
    return manifest;
  }

  @Override
  public BeneathDir dir() {
    throw new IllegalStateException("its content is elsewhere");
  }

  @Override
  public boolean trusted() {
    return false;
  }

  /** Nothing that could be copied. */
  @Override
  public boolean has(int chunk) {
    return false;
  }

  @Override
  public void lost(int chunk) {
    // It never was here.
  }

  @Override
  public void close() {
    manifest.close();
  }
}
