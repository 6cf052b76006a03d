package io.nereid.transfer.snapshot;

import io.nereid.transfer.manifest.Chunks;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a new pack. One thread. */
final class PackWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final byte[] ZEROS = new byte[Pack.UNIT_BYTES];

  private final int number;
  private final FileChannel content;
  private final FileChannel listFile;
  private final OutputStream list;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ByteBuffer entry =
      ByteBuffer.allocate(Pack.ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final OwnChunks own = new OwnChunks();

  private int units;
  private long bytes;

  PackWriter(int number, Path directory) throws IOException {
    this.number = number;
    this.content =
        FileChannel.open(
            directory.resolve("content"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    Path listPath = directory.resolve("list");
    this.list = new BufferedOutputStream(Files.newOutputStream(listPath), 1 << 16);
    this.listFile = FileChannel.open(listPath, StandardOpenOption.WRITE);
  }

  /** Bytes of content. */
  long bytes() {
    return bytes;
  }

  /** Where a chunk is that has been added, or {@link PackIndex#NONE}. */
  long find(byte[] digest) {
    int unit = own.find(digest, 0);
    return unit < 0 ? PackIndex.NONE : Places.place(number, unit);
  }

  /** Adds a chunk; returns its place. */
  long add(byte[] digest, byte[] from, int at, int length) throws IOException {
    int padded = Pack.units(length) * Pack.UNIT_BYTES;
    if (buffer.remaining() < padded) {
      flush();
    }
    buffer.put(from, at, length).put(ZEROS, 0, padded - length);
    entry.clear().put(digest, 0, Chunks.DIGEST_BYTES).putInt(units).putInt(length);
    list.write(entry.array());
    long place = Places.place(number, units);
    own.add(digest, 0, units);
    units = Math.addExact(units, Pack.units(length));
    bytes += length;
    return place;
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      content.write(buffer);
    }
    buffer.clear();
  }

  /** Returns when the disk has everything. */
  void finish() throws IOException {
    flush();
    list.flush();
    content.force(true);
    listFile.force(true);
  }

  @Override
  public void close() throws IOException {
    content.close();
    list.close();
    listFile.close();
  }
}
