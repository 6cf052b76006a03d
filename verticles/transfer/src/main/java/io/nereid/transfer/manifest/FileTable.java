package io.nereid.transfer.manifest;

import java.util.Arrays;

/**
 * Where the chunks of each regular file are: plain arrays, about 20 bytes a file. Chunks are
 * numbered through the whole tree in the order of its entries.
 */
public final class FileTable {
  private final int[] firstChunk;
  private final int[] entryOffset;
  private final long[] size;
  private final boolean[] pages;
  private int files;
  private long chunks;

  FileTable(int files) {
    firstChunk = new int[files];
    entryOffset = new int[files];
    size = new long[files];
    pages = new boolean[files];
  }

  void add(int offset, long bytes, int chunkBytes) throws ManifestException {
    if (files == size.length) {
      throw new ManifestException("more files than the header says");
    }
    firstChunk[files] = (int) chunks;
    entryOffset[files] = offset;
    size[files] = bytes;
    pages[files] = chunkBytes == Chunks.PAGE_BYTES;
    files++;
    chunks += Chunks.count(bytes, chunkBytes);
    if (chunks > Limits.CHUNKS_MAX) {
      throw new ManifestException(chunks + " chunks, more than " + Limits.CHUNKS_MAX);
    }
  }

  /** Number of files. */
  public int count() {
    return files;
  }

  /** Number of chunks of all files. */
  public int chunks() {
    return (int) chunks;
  }

  /** The file that this chunk belongs to. */
  public int fileOf(int chunk) {
    if (chunk < 0 || chunk >= chunks) {
      throw new IndexOutOfBoundsException("chunk " + chunk + " of " + chunks);
    }
    int found = Arrays.binarySearch(firstChunk, 0, files, chunk);
    if (found < 0) {
      return -found - 2;
    }
    // Files without content have the number of the next file's first chunk.
    while (found + 1 < files && firstChunk[found + 1] == chunk) {
      found++;
    }
    return found;
  }

  /** The first chunk of a file, or of the next one when it has none. */
  public int firstChunk(int file) {
    return firstChunk[file];
  }

  /** One after the last chunk of a file. */
  public int endChunk(int file) {
    return file + 1 < files ? firstChunk[file + 1] : (int) chunks;
  }

  /** Bytes of a file. */
  public long size(int file) {
    return size[file];
  }

  /** Bytes of a file's chunks but the last. */
  public int chunkBytes(int file) {
    return pages[file] ? Chunks.PAGE_BYTES : Chunks.FILE_CHUNK_BYTES;
  }

  /** Where a chunk starts in its file. */
  public long offsetIn(int file, int chunk) {
    return (long) (chunk - firstChunk[file]) * chunkBytes(file);
  }

  /** Bytes of a chunk. */
  public int lengthOf(int file, int chunk) {
    return (int) Math.min(chunkBytes(file), size[file] - offsetIn(file, chunk));
  }

  /** Bytes of chunks that follow each other, across files. */
  public long bytesOf(int first, int count) {
    long bytes = 0;
    int end = first + count;
    for (int chunk = first; chunk < end; ) {
      int file = fileOf(chunk);
      int upTo = Math.min(end, endChunk(file));
      bytes += Math.min(size[file], offsetIn(file, upTo)) - offsetIn(file, chunk);
      chunk = upTo;
    }
    return bytes;
  }

  int entryOffset(int file) {
    return entryOffset[file];
  }
}
