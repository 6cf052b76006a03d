package io.nereid.transfer.snapshot;

import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.store.PrivateDirs;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * A snapshot that arrives from elsewhere: first its manifests, then the chunks that this store does
 * not have, in any order. Nothing of it is a part of the store before it is complete. Content may
 * come on any thread.
 */
public final class Arrival implements AutoCloseable {
  private final SnapshotStore store;
  private final int number;
  private final Path staged;
  private final Path packDirectory;
  private final PackWriter pack;
  private final Map<TreeKind, Manifest> manifests = new EnumMap<>(TreeKind.class);

  Arrival(SnapshotStore store, int number, Path staged, Path packDirectory) throws IOException {
    this.store = store;
    this.number = number;
    this.staged = PrivateDirs.make(staged);
    this.packDirectory = PrivateDirs.make(packDirectory);
    this.pack = new PackWriter(number, packDirectory);
  }

  int number() {
    return number;
  }

  Path staged() {
    return staged;
  }

  Path packDirectory() {
    return packDirectory;
  }

  /** Where the manifest of a tree has to be written. */
  public Path manifestFile(TreeKind kind) {
    return SnapshotWriter.manifest(staged, kind.name());
  }

  /** The manifest of a tree has been written: checks and opens it. */
  public Manifest described(TreeKind kind) throws IOException {
    Manifest manifest = Manifest.open(manifestFile(kind));
    manifests.put(kind, manifest);
    SnapshotWriter.force(manifestFile(kind));
    return manifest;
  }

  /** What to do about a chunk that is missing. */
  @FunctionalInterface
  public interface Missing {
    void chunk(int chunk) throws IOException;
  }

  /** Names all chunks of a tree that are not here yet, in their order. */
  public void missing(Manifest manifest, Missing each) throws IOException {
    FileTable files = manifest.files();
    for (int file = 0; file < files.count(); file++) {
      for (int chunk = files.firstChunk(file); chunk < files.endChunk(file); chunk++) {
        if (place(manifest, chunk, files.lengthOf(file, chunk)) == PackIndex.NONE) {
          each.chunk(chunk);
        }
      }
    }
  }

  private long place(Manifest manifest, int chunk, int length) throws IOException {
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    manifest.digest(chunk, digest, 0);
    if (Digests.isZero(digest, 0)) {
      return Places.ZEROS;
    }
    synchronized (pack) {
      long own = pack.find(digest);
      if (own != PackIndex.NONE) {
        return own;
      }
    }
    return store.place(digest, length);
  }

  /** Adds a chunk that has been compared with its digest; does nothing when it is here already. */
  public void add(byte[] digest, byte[] from, int at, int length) throws IOException {
    synchronized (pack) {
      if (pack.find(digest) == PackIndex.NONE) {
        pack.add(digest, from, at, length);
      }
    }
  }

  /**
   * Makes it a part of the store; the disk has it when this returns.
   *
   * @return with its sizes, or null when something that was here has been deleted meanwhile and is
   *     {@link #missing} now
   */
  public Snapshot commit(Snapshot draft) throws IOException {
    return store.commit(this, draft);
  }

  /** Under the store's lock: where everything is; false when something is missing. */
  boolean writePlaces() throws IOException {
    for (Map.Entry<TreeKind, Manifest> tree : manifests.entrySet()) {
      Manifest manifest = tree.getValue();
      FileTable files = manifest.files();
      Path file = SnapshotWriter.places(staged, tree.getKey().name());
      try (DataOutputStream places = Places.writer(file)) {
        for (int one = 0; one < files.count(); one++) {
          for (int chunk = files.firstChunk(one); chunk < files.endChunk(one); chunk++) {
            long place = place(manifest, chunk, files.lengthOf(one, chunk));
            if (place == PackIndex.NONE) {
              return false;
            }
            places.writeLong(place);
          }
        }
      }
      SnapshotWriter.force(file);
    }
    return true;
  }

  /** Returns when the disk has the pack; how many bytes were added. */
  long finish() throws IOException {
    synchronized (pack) {
      pack.finish();
      return pack.bytes();
    }
  }

  Map<TreeKind, String> manifestDigests() {
    Map<TreeKind, String> digests = new EnumMap<>(TreeKind.class);
    manifests.forEach((kind, m) -> digests.put(kind, HexFormat.of().formatHex(m.sha256())));
    return digests;
  }

  Map<TreeKind, Long> contentBytes() {
    Map<TreeKind, Long> bytes = new EnumMap<>(TreeKind.class);
    manifests.forEach((kind, m) -> bytes.put(kind, m.header().contentBytes()));
    return bytes;
  }

  /** Removes whatever has not become a part of the store. */
  @Override
  public void close() {
    manifests.values().forEach(Manifest::close);
    try {
      pack.close();
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(Arrival.class).debug("closing a pack", e);
    }
    StoreFiles.removeQuietly(staged);
    StoreFiles.removeQuietly(packDirectory);
  }
}
