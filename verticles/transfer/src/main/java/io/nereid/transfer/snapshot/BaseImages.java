package io.nereid.transfer.snapshot;

import io.nereid.port.BasedOn;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The images of a snapshot on which another one is based: which of the new one's chunks are which
 * of its, and where those are. Any number of threads, until it is closed.
 */
final class BaseImages implements AutoCloseable {
  /** A chunk that has to be read. */
  static final int NONE = -1;

  private final Manifest manifest;
  private final PlaceTable places;
  private final int[] chunks;

  private BaseImages(Manifest manifest, PlaceTable places, int[] chunks) {
    this.manifest = manifest;
    this.places = places;
    this.chunks = chunks;
  }

  /**
   * Opens.
   *
   * @param directory of the base
   * @param expected SHA-256 of its manifest, in hexadecimal digits
   * @param fresh the new images
   * @throws IllegalArgumentException when the ranges are none of both
   */
  static BaseImages open(Path directory, String expected, BasedOn based, Manifest fresh)
      throws IOException {
    String kind = TreeKind.IMAGES.name();
    Manifest manifest = Manifest.open(SnapshotWriter.manifest(directory, kind));
    try {
      if (!HexFormat.of().formatHex(manifest.sha256()).equals(expected)) {
        throw new IOException("the list of the images of " + based.base() + " is damaged");
      }
      int[] chunks = chunks(based, manifest, fresh);
      return new BaseImages(
          manifest,
          PlaceTable.open(SnapshotWriter.places(directory, kind), manifest.header().chunks()),
          chunks);
    } catch (IOException | RuntimeException e) {
      manifest.close();
      throw e;
    }
  }

  private static int[] chunks(BasedOn based, Manifest manifest, Manifest fresh) throws IOException {
    int[] chunks = new int[fresh.header().chunks()];
    Arrays.fill(chunks, NONE);
    Map<String, Integer> names = names(fresh);
    Map<String, Integer> baseNames = names(manifest);
    for (BasedOn.Range range : based.ranges()) {
      int first = chunk(fresh.files(), names.get(range.file()), range.offset(), range);
      int from =
          chunk(manifest.files(), baseNames.get(range.baseFile()), range.baseOffset(), range);
      for (int i = 0; i < range.bytes() / Pack.UNIT_BYTES; i++) {
        chunks[first + i] = from + i;
      }
    }
    return chunks;
  }

  private static Map<String, Integer> names(Manifest manifest) {
    Map<String, Integer> names = new HashMap<>();
    for (int file = 0; file < manifest.files().count(); file++) {
      if (manifest.files().chunkBytes(file) == Pack.UNIT_BYTES) {
        names.put(new String(manifest.file(file).path(), StandardCharsets.ISO_8859_1), file);
      }
    }
    return names;
  }

  private static int chunk(FileTable files, Integer file, long offset, BasedOn.Range range) {
    boolean sound =
        file != null
            && offset >= 0
            && range.bytes() > 0
            && offset % Pack.UNIT_BYTES == 0
            && range.bytes() % Pack.UNIT_BYTES == 0
            && offset <= files.size(file) - range.bytes();
    if (!sound) {
      throw new IllegalArgumentException("there is no such range of pages: " + range);
    }
    return files.firstChunk(file) + (int) (offset / Pack.UNIT_BYTES);
  }

  /** Which chunk of the base a chunk is, or {@link #NONE}. */
  int of(int chunk) {
    return chunks[chunk];
  }

  void digest(int baseChunk, byte[] into, int at) {
    manifest.digest(baseChunk, into, at);
  }

  long place(int baseChunk) {
    return places.of(baseChunk);
  }

  @Override
  public void close() {
    manifest.close();
    places.close();
  }
}
