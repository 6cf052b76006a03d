package io.nereid.transfer.manifest;

/** What a tree may have at most. Both sides check: the sender to say which file, the receiver. */
public final class Limits {
  /** Entries of one tree. */
  public static final int ENTRIES_MAX = 1_000_000;

  /** Bytes of all entries of one tree. */
  public static final long ENTRIES_BYTES_MAX = 512L << 20;

  /** Bytes of a path, and of a link's target. */
  public static final int PATH_BYTES_MAX = 4095;

  /** Bytes of one name in a path. */
  public static final int NAME_BYTES_MAX = 255;

  /** Names in a path. */
  public static final int DEPTH_MAX = 256;

  /** Extended attributes of one entry. */
  public static final int ATTRIBUTES_MAX = 64;

  /** Bytes of one extended attribute's value. */
  public static final int ATTRIBUTE_BYTES_MAX = 65_535;

  /** Chunks of one tree: at 4 KiB each these are 4 TiB. */
  public static final int CHUNKS_MAX = 1 << 30;

  /** The longest record of one entry. */
  static final int ENTRY_BYTES_MAX =
      64 + 2 * PATH_BYTES_MAX + ATTRIBUTES_MAX * (NAME_BYTES_MAX + 8) + 2 * ATTRIBUTE_BYTES_MAX;

  private Limits() {}
}
