package io.nereid.transfer.manifest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A manifest file, mapped for reading. All entries have been checked when it is open; the digests
 * may still be arriving, and then read as zeros. Any number of threads; using it after {@link
 * #close} throws IllegalStateException.
 */
public final class Manifest implements AutoCloseable {
  private static final int HASH_STEP = 256 * 1024;
  private static final byte[] LAYER_DOMAIN =
      "nereid layer 1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final ManifestHeader header;
  private final MemorySegment map;
  private final MemorySegment digests;
  private final FileTable files;

  private Manifest(Path path) throws IOException {
    this.path = path;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer first = ByteBuffer.allocate(ManifestHeader.BYTES);
      while (first.hasRemaining() && channel.read(first, first.position()) > 0) {}
      header = ManifestHeader.decode(java.util.Arrays.copyOf(first.array(), first.position()));
      if (channel.size() != header.totalBytes()) {
        throw new ManifestException(
            "the manifest has "
                + channel.size()
                + " bytes, its header says "
                + header.totalBytes());
      }
      map = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
    digests = map.asSlice(header.digestsOffset());
    files = new FileTable(header.files());
    index();
  }

  /** Maps a manifest whose header and entries are complete. */
  public static Manifest open(Path path) throws IOException {
    return new Manifest(path);
  }

  /** Where it lies. */
  public Path path() {
    return path;
  }

  /** Counts and sizes. */
  public ManifestHeader header() {
    return header;
  }

  /** Chunks of files. */
  public FileTable files() {
    return files;
  }

  /** What to do with an entry; a file's number counts the regular files. */
  @FunctionalInterface
  public interface Visitor {
    /** The next entry, and how many regular files came before it. */
    void visit(Entry entry, int filesBefore) throws IOException;
  }

  /** All entries in their order. */
  public void forEach(Visitor visitor) throws IOException {
    ByteBuffer in = entries();
    int before = 0;
    for (int i = 0; i < header.entries(); i++) {
      Entry entry = EntryCodec.read(in);
      visitor.visit(entry, before);
      if (entry instanceof Entry.RegularFile) {
        before++;
      }
    }
  }

  /** The entry of a regular file. */
  public Entry.RegularFile file(int file) {
    ByteBuffer in = entries();
    in.position(files.entryOffset(file));
    try {
      return (Entry.RegularFile) EntryCodec.read(in);
    } catch (ManifestException e) {
      throw new IllegalStateException("changed while open: " + path, e);
    }
  }

  /** Copies the digest of a chunk. */
  public void digest(int chunk, byte[] into, int at) {
    MemorySegment.copy(
        digests,
        ValueLayout.JAVA_BYTE,
        (long) chunk * Chunks.DIGEST_BYTES,
        into,
        at,
        Chunks.DIGEST_BYTES);
  }

  /** Copies the digests of several chunks. */
  public void digests(int first, int count, byte[] into) {
    MemorySegment.copy(
        digests,
        ValueLayout.JAVA_BYTE,
        (long) first * Chunks.DIGEST_BYTES,
        into,
        0,
        count * Chunks.DIGEST_BYTES);
  }

  /** Compares the digest of a chunk. */
  public boolean digestIs(int chunk, byte[] digest, int at) {
    long mine = (long) chunk * Chunks.DIGEST_BYTES;
    for (int i = 0; i < Chunks.DIGEST_BYTES; i++) {
      if (digests.get(ValueLayout.JAVA_BYTE, mine + i) != digest[at + i]) {
        return false;
      }
    }
    return true;
  }

  /** The first eight bytes of a digest, for an index. */
  public long digestPrefix(int chunk) {
    return digests.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) chunk * Chunks.DIGEST_BYTES);
  }

  /** SHA-256 of the whole file. */
  public byte[] sha256() {
    MessageDigest sha = Digests.sha256();
    update(sha, map);
    return sha.digest();
  }

  /**
   * The identity of a layer: SHA-256 of the manifest without times of change, so that a bundle that
   * was copied to several hosts is the same layer on all of them.
   */
  public String layerDigest() throws IOException {
    MessageDigest sha = Digests.sha256();
    sha.update(LAYER_DOMAIN);
    sha.update(header.encode());
    ByteBuffer in = entries();
    for (int i = 0; i < header.entries(); i++) {
      int start = in.position();
      EntryCodec.read(in);
      byte[] record = new byte[in.position() - start];
      in.get(start, record);
      java.util.Arrays.fill(
          record,
          EntryCodec.MTIME_OFFSET,
          EntryCodec.MTIME_OFFSET + EntryCodec.MTIME_BYTES,
          (byte) 0);
      sha.update(record);
    }
    update(sha, digests);
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Lets the kernel take back the memory behind the mapping; it stays readable. */
  public void unload() {
    if (map.byteSize() > 0) {
      map.unload();
    }
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private ByteBuffer entries() {
    return map.asSlice(ManifestHeader.BYTES, header.entriesBytes()).asByteBuffer();
  }

  private void index() throws ManifestException {
    ByteBuffer in = entries();
    TreeOrder order = new TreeOrder();
    long content = 0;
    for (int i = 0; i < header.entries(); i++) {
      int start = in.position();
      Entry entry = EntryCodec.read(in);
      order.accept(entry);
      if (entry instanceof Entry.RegularFile f) {
        content += f.size();
        if (content < 0 || content > header.contentBytes()) {
          throw new ManifestException("files are larger than the header says");
        }
        files.add(start, f.size(), Chunks.bytesOf(header.kind(), f.path()));
      }
    }
    boolean fits =
        !in.hasRemaining()
            && content == header.contentBytes()
            && files.count() == header.files()
            && files.chunks() == header.chunks();
    if (!fits) {
      throw new ManifestException("the entries do not add up to what the header says");
    }
  }

  private static void update(MessageDigest sha, MemorySegment segment) {
    byte[] step = new byte[(int) Math.min(HASH_STEP, segment.byteSize())];
    for (long at = 0; at < segment.byteSize(); ) {
      int length = (int) Math.min(step.length, segment.byteSize() - at);
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, step, 0, length);
      sha.update(step, 0, length);
      at += length;
    }
  }
}
