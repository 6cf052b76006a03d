package io.nereid.transfer.receive;

import io.nereid.linux.BeneathDir;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestException;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.store.Base;
import io.nereid.transfer.tree.TreeBuilder;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One tree that is arriving: first its manifest, then chunks in any order. A chunk counts as there
 * only after its content has been compared with its digest. The manifest comes on one thread,
 * chunks on many.
 */
final class IncomingSet implements Base, AutoCloseable {
  private final TreeKind kind;
  private final String layer;
  private final ManifestHeader header;
  private final Path root;
  private final Path manifestFile;
  private final FileChannel channel;
  private final BeneathDir dir;
  private final Bits valid;
  private final Bits settled;
  private final Bits requested;
  private final AtomicLong unsettled;
  private long received = ManifestHeader.BYTES;
  private volatile Manifest manifest;

  /**
   * Starts a tree.
   *
   * @param root existing empty directory
   * @param layer digest of the layer, or empty
   */
  IncomingSet(TreeKind kind, String layer, ManifestHeader header, Path root, Path manifestFile)
      throws IOException {
    this.kind = kind;
    this.layer = layer;
    this.header = header;
    this.root = root;
    this.manifestFile = manifestFile;
    this.dir = BeneathDir.open(root);
    this.valid = new Bits(header.chunks());
    this.settled = new Bits(header.chunks());
    this.requested = new Bits(header.chunks());
    this.unsettled = new AtomicLong(header.chunks());
    this.channel =
        FileChannel.open(
            manifestFile,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    write(header.encode(), 0);
    if (header.chunks() > 0) {
      write(new byte[1], header.totalBytes() - 1);
    }
  }

  TreeKind kind() {
    return kind;
  }

  String layer() {
    return layer;
  }

  ManifestHeader header() {
    return header;
  }

  Path root() {
    return root;
  }

  Path manifestFile() {
    return manifestFile;
  }

  @Override
  public Manifest manifest() {
    return manifest;
  }

  @Override
  public BeneathDir dir() {
    return dir;
  }

  @Override
  public boolean trusted() {
    return true;
  }

  @Override
  public boolean has(int chunk) {
    return valid.get(chunk);
  }

  @Override
  public void lost(int chunk) {
    valid.clear(chunk);
  }

  /** Chunks whose digests a part brought; none for a part of the entries. */
  record Part(int first, int count) {}

  /**
   * Takes the next bytes of the manifest, or compares them with what came before a reconnect.
   *
   * @throws ManifestException when they are out of order, different or break a rule
   */
  Part part(long offset, byte[] data) throws IOException {
    long end = offset + data.length;
    boolean digests = offset >= header.digestsOffset();
    long regionEnd = digests ? header.totalBytes() : header.digestsOffset();
    boolean fits = offset >= ManifestHeader.BYTES && end <= regionEnd;
    if (data.length == 0 || data.length > Protocol.PART_BYTES_MAX || !fits) {
      throw new ManifestException(
          "a part of " + data.length + " bytes at " + offset + " does not fit the manifest");
    }
    if (digests
        && ((offset - header.digestsOffset()) % Chunks.DIGEST_BYTES != 0
            || data.length % Chunks.DIGEST_BYTES != 0)) {
      throw new ManifestException("a part at " + offset + " cuts a digest");
    }
    if (offset == received) {
      write(data, offset);
      received = end;
      if (end == header.digestsOffset()) {
        manifest = Manifest.open(manifestFile);
        TreeBuilder.create(manifest, dir);
      }
    } else if (end <= received) {
      compare(offset, data);
    } else {
      throw new ManifestException("a part at " + offset + " came instead of " + received);
    }
    if (!digests) {
      return new Part(0, 0);
    }
    int first = (int) ((offset - header.digestsOffset()) / Chunks.DIGEST_BYTES);
    return new Part(first, data.length / Chunks.DIGEST_BYTES);
  }

  /** True when all of the manifest is here. */
  boolean described() {
    return manifest != null && received == header.totalBytes();
  }

  /** How many digests have arrived. */
  int digests() {
    return (int) Math.max(0, (received - header.digestsOffset()) / Chunks.DIGEST_BYTES);
  }

  boolean isSettled(int chunk) {
    return settled.get(chunk);
  }

  boolean isRequested(int chunk) {
    return requested.get(chunk);
  }

  void request(int chunk) {
    requested.set(chunk);
  }

  void unrequest(int chunk) {
    requested.clear(chunk);
  }

  /** The next chunk from here on that is neither there nor given up, or -1. */
  int nextUnsettled(int from) {
    return from >= header.chunks() ? -1 : settled.nextClear(from);
  }

  /** The content is verified and in its place; true when this is news. */
  boolean there(int chunk) {
    valid.set(chunk);
    return settle(chunk);
  }

  /** There is nothing to wait for: zeros, or given up by the sender; true when this is news. */
  boolean settle(int chunk) {
    boolean news = settled.set(chunk);
    if (news) {
      unsettled.decrementAndGet();
    }
    return news;
  }

  /** Chunks that are neither there nor given up. */
  long unsettled() {
    return unsettled.get();
  }

  @Override
  public void close() {
    if (manifest != null) {
      manifest.close();
    }
    dir.close();
    try {
      channel.close();
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(IncomingSet.class).debug("closing a manifest", e);
    }
  }

  private void compare(long offset, byte[] data) throws IOException {
    ByteBuffer mine = ByteBuffer.allocate(data.length);
    while (mine.hasRemaining() && channel.read(mine, offset + mine.position()) > 0) {}
    if (!Arrays.equals(mine.array(), data)) {
      throw new ManifestException("the manifest is another one than before the reconnect");
    }
  }

  private void write(byte[] data, long offset) throws IOException {
    ByteBuffer from = ByteBuffer.wrap(data);
    while (from.hasRemaining()) {
      channel.write(from, offset + from.position());
    }
  }
}
