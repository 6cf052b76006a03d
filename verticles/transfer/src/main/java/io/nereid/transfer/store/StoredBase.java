package io.nereid.transfer.store;

import io.nereid.linux.BeneathDir;
import io.nereid.transfer.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;

/** A base on disk from an earlier time: nothing of it is believed without hashing. */
public final class StoredBase implements Base, AutoCloseable {
  private final Manifest manifest;
  private final BeneathDir dir;
  private final BitSet lost = new BitSet();

  private StoredBase(Manifest manifest, BeneathDir dir) {
    this.manifest = manifest;
    this.dir = dir;
  }

  /** Opens it. */
  public static StoredBase open(Path manifestFile, Path root) throws IOException {
    Manifest manifest = Manifest.open(manifestFile);
    try {
      return new StoredBase(manifest, BeneathDir.open(root));
    } catch (IOException e) {
      manifest.close();
      throw e;
    }
  }

  @Override
  public Manifest manifest() {
    return manifest;
  }

  @Override
  public BeneathDir dir() {
    return dir;
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

  @Override
  public void close() {
    manifest.close();
    dir.close();
  }
}
