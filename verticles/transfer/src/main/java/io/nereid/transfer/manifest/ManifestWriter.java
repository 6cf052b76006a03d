package io.nereid.transfer.manifest;

import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a manifest: entries one after the other, then {@link #finishEntries}, then digests in any
 * order. One thread for the entries; any number for the digests.
 */
public final class ManifestWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = Math.max(256 * 1024, 2 * Limits.ENTRY_BYTES_MAX);

  private final TreeKind kind;
  private final FileChannel channel;
  private final TreeOrder order = new TreeOrder();
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private int entries;
  private int files;
  private long chunks;
  private long entriesBytes;
  private long contentBytes;
  private long written = ManifestHeader.BYTES;

  /** Makes a new file; fails when it is there already. */
  public ManifestWriter(Path path, TreeKind kind) throws IOException {
    this.kind = kind;
    this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** How many regular files have been added: the number of the next one. */
  public int files() {
    return files;
  }

  /** Adds the next entry; it must be in order. */
  public void add(Entry entry) throws IOException {
    order.accept(entry);
    if (entries == Limits.ENTRIES_MAX) {
      throw new ManifestException("more than " + Limits.ENTRIES_MAX + " entries");
    }
    if (buffer.remaining() < Limits.ENTRY_BYTES_MAX) {
      flush();
    }
    int before = buffer.position();
    try {
      EntryCodec.write(entry, buffer);
    } catch (java.nio.BufferOverflowException e) {
      throw new ManifestException("entry " + entry.shownPath() + " has too large attributes");
    }
    entriesBytes += buffer.position() - before;
    entries++;
    if (entry instanceof Entry.RegularFile f) {
      files++;
      contentBytes = Math.addExact(contentBytes, f.size());
      chunks += Chunks.count(f.size(), Chunks.bytesOf(kind, f.path()));
      if (chunks > Limits.CHUNKS_MAX) {
        throw new ManifestException("more than " + Limits.CHUNKS_MAX + " chunks");
      }
    }
  }

  /** Writes the header; the file then has its final length, digests being zeros. */
  public ManifestHeader finishEntries() throws IOException {
    flush();
    buffer = ByteBuffer.allocate(0);
    ManifestHeader header =
        new ManifestHeader(kind, entries, files, (int) chunks, entriesBytes, contentBytes);
    write(ByteBuffer.wrap(header.encode()), 0);
    if (header.chunks() > 0) {
      write(ByteBuffer.allocate(1), header.totalBytes() - 1);
    }
    return header;
  }

  /** Writes digests of chunks that follow each other. */
  public void digests(ManifestHeader header, int firstChunk, byte[] digests, int length)
      throws IOException {
    long at = header.digestsOffset() + (long) firstChunk * Chunks.DIGEST_BYTES;
    write(ByteBuffer.wrap(digests, 0, length), at);
  }

  /** Makes it survive a power loss. */
  public void force() throws IOException {
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void flush() throws IOException {
    buffer.flip();
    written += write(buffer, written);
    buffer.clear();
  }

  private int write(ByteBuffer from, long at) throws IOException {
    int start = from.position();
    while (from.hasRemaining()) {
      channel.write(from, at + from.position() - start);
    }
    return from.position() - start;
  }
}
