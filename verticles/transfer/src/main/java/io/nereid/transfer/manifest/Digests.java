package io.nereid.transfer.manifest;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Digests of chunks. A chunk of zeros has the digest of 32 zero bytes, a chunk that the sender
 * could not read any more that of 32 bytes 0xFF: no content has either.
 */
public final class Digests {
  private static final byte[] ZEROS = new byte[Chunks.FILE_CHUNK_BYTES];
  private static final byte[] ZERO = new byte[Chunks.DIGEST_BYTES];
  private static final byte[] ABSENT = new byte[Chunks.DIGEST_BYTES];

  static {
    Arrays.fill(ABSENT, (byte) 0xff);
  }

  private Digests() {}

  /** A new SHA-256; one thread at a time. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Writes the digest of a chunk. */
  public static void ofChunk(
      MessageDigest sha, byte[] content, int at, int length, byte[] into, int intoAt) {
    if (Arrays.equals(content, at, at + length, ZEROS, 0, length)) {
      Arrays.fill(into, intoAt, intoAt + Chunks.DIGEST_BYTES, (byte) 0);
      return;
    }
    sha.update(content, at, length);
    try {
      sha.digest(into, intoAt, Chunks.DIGEST_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("no room for a digest", e);
    }
  }

  /** Marks a chunk as one that cannot be read. */
  public static void markAbsent(byte[] into, int at) {
    Arrays.fill(into, at, at + Chunks.DIGEST_BYTES, (byte) 0xff);
  }

  /** True for the digest of a chunk of zeros. */
  public static boolean isZero(byte[] digest, int at) {
    return Arrays.equals(digest, at, at + Chunks.DIGEST_BYTES, ZERO, 0, Chunks.DIGEST_BYTES);
  }

  /** True for a chunk that the sender could not read. */
  public static boolean isAbsent(byte[] digest, int at) {
    return Arrays.equals(digest, at, at + Chunks.DIGEST_BYTES, ABSENT, 0, Chunks.DIGEST_BYTES);
  }
}
