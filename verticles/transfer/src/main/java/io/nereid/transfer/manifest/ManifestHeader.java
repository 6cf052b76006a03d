package io.nereid.transfer.manifest;

import io.nereid.port.TreeKind;
import java.nio.ByteBuffer;

/**
 * The first 64 bytes of a manifest: magic {@code NEREIDMF}, version u16, kind u8 (place in {@link
 * TreeKind}), zero u8, entries u32, files u32, chunks u32, bytes of the entries u64, bytes of all
 * files u64, zeros.
 *
 * @param entries number of entries
 * @param files number of regular files among them
 * @param chunks number of chunks of all files
 * @param entriesBytes length of the records of all entries
 * @param contentBytes sizes of all files together
 */
public record ManifestHeader(
    TreeKind kind, int entries, int files, int chunks, long entriesBytes, long contentBytes) {
  /** Length of the encoded header. */
  public static final int BYTES = 64;

  /** The version of the format that is written and read. */
  public static final int VERSION = 1;

  private static final long MAGIC = 0x4e45524549444d46L;

  /** Where the digests start. */
  public long digestsOffset() {
    return BYTES + entriesBytes;
  }

  /** Length of the whole manifest. */
  public long totalBytes() {
    return digestsOffset() + (long) chunks * Chunks.DIGEST_BYTES;
  }

  /** The encoded header. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.putLong(MAGIC)
        .putShort((short) VERSION)
        .put((byte) kind.ordinal())
        .put((byte) 0)
        .putInt(entries)
        .putInt(files)
        .putInt(chunks)
        .putLong(entriesBytes)
        .putLong(contentBytes);
    return out.array();
  }

  /** Reads and checks a header. */
  public static ManifestHeader decode(byte[] bytes) throws ManifestException {
    require(bytes.length == BYTES, "a manifest's header has " + bytes.length + " bytes, not 64");
    ByteBuffer in = ByteBuffer.wrap(bytes);
    require(in.getLong() == MAGIC, "this is not a manifest");
    int version = in.getShort();
    require(version == VERSION, "manifest version " + version + " is not " + VERSION);
    int kind = in.get();
    require(kind >= 0 && kind < TreeKind.values().length, "unknown kind of tree " + kind);
    in.get();
    ManifestHeader h =
        new ManifestHeader(
            TreeKind.values()[kind],
            in.getInt(),
            in.getInt(),
            in.getInt(),
            in.getLong(),
            in.getLong());
    require(
        h.entries > 0 && h.entries <= Limits.ENTRIES_MAX,
        h.entries + " entries, not 1 to " + Limits.ENTRIES_MAX);
    require(h.files >= 0 && h.files < h.entries, h.files + " files of " + h.entries + " entries");
    require(
        h.chunks >= 0 && h.chunks <= Limits.CHUNKS_MAX,
        h.chunks + " chunks, more than " + Limits.CHUNKS_MAX);
    require(
        h.entriesBytes > 0 && h.entriesBytes <= Limits.ENTRIES_BYTES_MAX,
        h.entriesBytes + " bytes of entries, not 1 to " + Limits.ENTRIES_BYTES_MAX);
    require(h.contentBytes >= 0, h.contentBytes + " bytes of content");
    // A chunk has at most 64 KiB and a file without content has none.
    long most = h.contentBytes / Chunks.PAGE_BYTES + h.files;
    require(h.chunks <= most, h.chunks + " chunks for " + h.contentBytes + " bytes");
    return h;
  }

  private static void require(boolean holds, String otherwise) throws ManifestException {
    if (!holds) {
      throw new ManifestException(otherwise);
    }
  }
}
