package io.nereid.transfer.pull;

import io.nereid.domain.id.NodeId;
import io.nereid.linux.BeneathDir;
import io.nereid.linux.MountSafe;
import io.nereid.port.Loan;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestException;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.store.PrivateDirs;
import io.nereid.transfer.tree.TreeBuilder;
import io.nereid.transfer.wire.Protocol;
import io.nereid.transfer.wire.PullRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches layers that others lend into this host's store. Blocks. */
final class LayerFetch {
  private static final Logger log = LoggerFactory.getLogger(LayerFetch.class);
  private static final long LOOK_MS = 500;
  private final LayerStore layers;
  private final PullPool pool;

  LayerFetch(LayerStore layers, PullPool pool) {
    this.layers = layers;
    this.pool = pool;
  }

  /** Returns when the layer is a part of the store. */
  void fetch(String digest, List<Loan> loans) throws IOException {
    Loan.Item item =
        loans.stream()
            .flatMap(l -> l.items().stream())
            .filter(i -> i.layer().filter(digest::equals).isPresent())
            .findFirst()
            .orElseThrow(() -> new SnapshotFetch.NobodyGives("nobody has layer " + digest, pool));
    String tree = PullPool.treeOf(item);
    Path staged = layers.stage();
    try {
      Path file = staged.resolve("manifest");
      FetchedManifest.fetch(pool, tree, item.manifestBytes(), file);
      try (Manifest manifest = Manifest.open(file);
          BeneathDir root = BeneathDir.open(PrivateDirs.make(staged.resolve("rootfs")))) {
        boolean right =
            manifest.header().kind() == TreeKind.LAYER && manifest.layerDigest().equals(digest);
        if (!right) {
          throw new ManifestException("the list of layer " + digest + " is that of another one");
        }
        TreeBuilder.create(manifest, root);
        content(manifest, tree, root);
        TreeBuilder.finish(manifest, root);
      }
      layers.install(staged, digest);
    } finally {
      if (Files.exists(staged)) {
        try {
          MountSafe.delete(staged);
        } catch (IOException e) {
          log.warn("could not remove {}: {}; the next start does", staged, e.getMessage());
        }
      }
    }
  }

  private void content(Manifest manifest, String tree, BeneathDir root) throws IOException {
    AtomicLong lost = new AtomicLong();
    Chunking chunking =
        new Chunking(manifest.files(), Protocol.FRAME_BYTES_MAX) {
          @Override
          protected void span(int[] ranges, int bytes) {
            pool.fetch(new Content(tree, manifest, root, ranges, bytes, lost));
          }
        };
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    for (int chunk = 0; chunk < manifest.header().chunks(); chunk++) {
      manifest.digest(chunk, digest, 0);
      if (!Digests.isZero(digest, 0)) {
        chunking.add(chunk);
      }
    }
    chunking.end();
    while (!pool.awaitIdle(LOOK_MS)) {
      if (lost.get() > 0) {
        pool.giveUp();
      }
    }
    if (lost.get() > 0) {
      throw new SnapshotFetch.NobodyGives("nobody gives all of a layer", pool);
    }
  }

  private static final class Content extends Span {
    private final Manifest manifest;
    private final BeneathDir root;
    private final AtomicLong lost;

    Content(
        String tree, Manifest manifest, BeneathDir root, int[] ranges, int bytes, AtomicLong lost) {
      super(tree, PullRequest.CHUNKS, ranges, bytes);
      this.manifest = manifest;
      this.root = root;
      this.lost = lost;
    }

    @Override
    protected boolean take(byte[] data, NodeId from) throws IOException {
      FileTable files = manifest.files();
      MessageDigest sha = Digests.sha256();
      byte[] digest = new byte[Chunks.DIGEST_BYTES];
      int at = 0;
      for (int r = 0; r < ranges().length; r += 2) {
        for (int c = ranges()[r]; c < ranges()[r] + ranges()[r + 1]; c++) {
          int file = files.fileOf(c);
          int length = files.lengthOf(file, c);
          Digests.ofChunk(sha, data, at, length, digest, 0);
          if (!manifest.digestIs(c, digest, 0)) {
            return false;
          }
          write(file, files.offsetIn(file, c), ByteBuffer.wrap(data, at, length));
          at += length;
        }
      }
      return true;
    }

    private void write(int file, long offset, ByteBuffer from) throws IOException {
      int start = from.position();
      try (BeneathDir.OpenFile out = root.openWrite(manifest.file(file).path())) {
        while (from.hasRemaining()) {
          out.channel().write(from, offset + from.position() - start);
        }
      }
    }

    @Override
    protected void lost() {
      lost.addAndGet(bytes());
    }
  }
}
