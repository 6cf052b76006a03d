package io.nereid.nymph.archive;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** How an archive is compressed. */
enum Compression {
  NONE,
  GZIP,
  ZSTD;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};

  /** By the end of a file's name: .tar, .tar.gz and .tgz; everything else as Podman does. */
  static Compression of(String name) {
    if (name.endsWith(".tar")) {
      return NONE;
    }
    return name.endsWith(".gz") || name.endsWith(".tgz") ? GZIP : ZSTD;
  }

  OutputStream wrap(OutputStream out) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, BUFFER_BYTES);
      case ZSTD -> new ZstdOutputStream(out).setChecksum(true);
    };
  }

  /** By the first bytes. */
  static InputStream unwrap(InputStream raw) throws IOException {
    BufferedInputStream in = new BufferedInputStream(raw, BUFFER_BYTES);
    in.mark(ZSTD_MAGIC.length);
    byte[] magic = in.readNBytes(ZSTD_MAGIC.length);
    in.reset();
    if (Arrays.equals(magic, ZSTD_MAGIC)) {
      return new ZstdInputStream(in);
    }
    boolean gzip = magic.length >= 2 && Arrays.equals(Arrays.copyOf(magic, 2), GZIP_MAGIC);
    return gzip ? new GZIPInputStream(in, BUFFER_BYTES) : in;
  }
}
