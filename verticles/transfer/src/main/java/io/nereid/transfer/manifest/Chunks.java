package io.nereid.transfer.manifest;

import io.nereid.port.TreeKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How files are cut. Chunks never span files; the last one of a file may be shorter. */
public final class Chunks {
  /** Memory pages in CRIU's images: they move within a file, but stay pages. */
  public static final int PAGE_BYTES = 4096;

  /** Everything else. */
  public static final int FILE_CHUNK_BYTES = 64 * 1024;

  /** Bytes of a SHA-256. */
  public static final int DIGEST_BYTES = 32;

  private static final byte[] PAGES = "pages-".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] IMG = ".img".getBytes(StandardCharsets.US_ASCII);

  private Chunks() {}

  /** The size of this file's chunks. */
  public static int bytesOf(TreeKind kind, byte[] path) {
    boolean pages =
        kind == TreeKind.IMAGES
            && path.length > PAGES.length + IMG.length
            && Arrays.equals(path, 0, PAGES.length, PAGES, 0, PAGES.length)
            && Arrays.equals(path, path.length - IMG.length, path.length, IMG, 0, IMG.length);
    return pages ? PAGE_BYTES : FILE_CHUNK_BYTES;
  }

  /** The number of chunks of a file. */
  public static long count(long size, int chunkBytes) {
    return (size + chunkBytes - 1) / chunkBytes;
  }
}
