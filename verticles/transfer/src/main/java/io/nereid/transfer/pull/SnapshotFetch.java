package io.nereid.transfer.pull;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.Loan;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestException;
import io.nereid.transfer.snapshot.Arrival;
import io.nereid.transfer.snapshot.SnapshotStore;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.tree.DiskFailures;
import io.nereid.transfer.wire.Protocol;
import io.nereid.transfer.wire.PullRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this host a holder of a snapshot that others lend. Only chunks that no pack of this host
 * has are fetched, from all lenders at once. Blocks.
 */
public final class SnapshotFetch {
  private static final Logger log = LoggerFactory.getLogger(SnapshotFetch.class);

  /** Content that is deleted here meanwhile has to be fetched; that does not go on for ever. */
  private static final int ROUNDS_MAX = 4;

  private static final long LOOK_MS = 200;
  private final SnapshotStore store;
  private final LayerStore layers;
  private final Path dir;
  private final Supplier<PullPool> pools;

  public SnapshotFetch(SnapshotStore store, LayerStore layers, Path dir, Supplier<PullPool> pools) {
    this.store = store;
    this.layers = layers;
    this.dir = dir;
    this.pools = pools;
  }

  /**
   * Fetches.
   *
   * @throws FailureException when no lender gives what is needed; then nothing is left
   */
  public Snapshot fetch(Snapshot snapshot, List<Loan> loans, Consumer<Progress> progress) {
    try (PullPool pool = pools.get()) {
      loans.forEach(pool::add);
      LayerFetch layerFetch = new LayerFetch(layers, pool);
      for (String digest : snapshot.layers()) {
        if (!layers.has(digest)) {
          layerFetch.fetch(digest, loans);
        }
      }
      Failure last = nobody(snapshot, "none of them says that it has it");
      for (Loan loan : loans) {
        List<Loan.Item> items =
            loan.items().stream()
                .filter(i -> i.snapshot().filter(snapshot.id()::equals).isPresent())
                .toList();
        if (!items.isEmpty() && items.stream().allMatch(i -> pool.has(PullPool.treeOf(i)))) {
          try {
            return new One(snapshot, pool, progress).fetch(items);
          } catch (ManifestException e) {
            log.warn("host {} describes snapshot {} badly", loan.host(), snapshot.id(), e);
            last = nobody(snapshot, "host " + loan.host() + " describes it badly");
          } catch (NobodyGives e) {
            last = nobody(snapshot, e.getMessage());
          }
        }
      }
      throw new FailureException(last);
    } catch (NobodyGives e) {
      throw new FailureException(nobody(snapshot, e.getMessage()), e);
    } catch (IOException e) {
      throw DiskFailures.of("fetching snapshot " + snapshot.id(), dir, e);
    }
  }

  private static Failure nobody(Snapshot snapshot, String why) {
    return Failure.of(
        FailureCode.CONNECTION_LOST,
        "no host gives all of snapshot " + snapshot.id() + ": " + why,
        "nothing of it was kept; look at the other hosts' daemons and at the network");
  }

  /** What is needed cannot be had. */
  static final class NobodyGives extends IOException {
    private static final long serialVersionUID = 1L;

    NobodyGives(String what, PullPool pool) {
      super(what + pool.complaint().map(c -> "; " + c).orElse(""));
    }
  }

  /** One attempt to fetch a snapshot as one host describes it. */
  private final class One {
    private final Snapshot snapshot;
    private final PullPool pool;
    private final Consumer<Progress> progress;
    private final AtomicLong wanted = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();

    One(Snapshot snapshot, PullPool pool, Consumer<Progress> progress) {
      this.snapshot = snapshot;
      this.pool = pool;
      this.progress = progress;
    }

    Snapshot fetch(List<Loan.Item> items) throws IOException {
      try (Arrival arrival = store.arrive()) {
        List<Manifest> manifests = new ArrayList<>();
        for (Loan.Item item : items) {
          manifests.add(manifest(arrival, item));
        }
        for (int round = 0; round < ROUNDS_MAX; round++) {
          for (int i = 0; i < items.size(); i++) {
            want(arrival, PullPool.treeOf(items.get(i)), manifests.get(i));
          }
          while (!pool.awaitIdle(LOOK_MS)) {
            tell();
          }
          if (lost.get() > 0) {
            throw new NobodyGives("nobody gives " + lost.get() + " bytes of it", pool);
          }
          Snapshot stored = arrival.commit(snapshot);
          if (stored != null) {
            tell();
            return stored;
          }
        }
        throw new IOException("what is here is deleted while it is needed, again and again");
      }
    }

    private void tell() {
      long total = wanted.get();
      long done = Math.max(0, total - pool.backlog());
      long rate = (long) pool.bytesPerSecond();
      progress.accept(
          new Progress(total, done, done, rate, rate == 0 ? -1 : (total - done) * 1000 / rate));
    }

    private Manifest manifest(Arrival arrival, Loan.Item item) throws IOException {
      Path file = arrival.manifestFile(item.kind());
      FetchedManifest.fetch(pool, PullPool.treeOf(item), item.manifestBytes(), file);
      Manifest manifest = arrival.described(item.kind());
      boolean right =
          manifest.header().kind() == item.kind()
              && HexFormat.of().formatHex(manifest.sha256()).equals(item.manifest());
      if (!right) {
        throw new ManifestException("the list of the " + item.kind() + " tree is another one");
      }
      return manifest;
    }

    private void want(Arrival arrival, String tree, Manifest manifest) throws IOException {
      Chunking chunking =
          new Chunking(manifest.files(), Protocol.FRAME_BYTES_MAX) {
            @Override
            protected void span(int[] ranges, int bytes) {
              wanted.addAndGet(bytes);
              pool.fetch(new Content(arrival, tree, manifest, ranges, bytes));
            }
          };
      arrival.missing(manifest, chunking::add);
      chunking.end();
    }

    private final class Content extends Span {
      private final Arrival arrival;
      private final Manifest manifest;

      Content(Arrival arrival, String tree, Manifest manifest, int[] ranges, int bytes) {
        super(tree, PullRequest.CHUNKS, ranges, bytes);
        this.arrival = arrival;
        this.manifest = manifest;
      }

      @Override
      protected boolean take(byte[] data, NodeId from) throws IOException {
        FileTable files = manifest.files();
        MessageDigest sha = Digests.sha256();
        byte[] digest = new byte[Chunks.DIGEST_BYTES];
        int at = 0;
        for (int r = 0; r < ranges().length; r += 2) {
          for (int c = ranges()[r]; c < ranges()[r] + ranges()[r + 1]; c++) {
            int length = files.lengthOf(files.fileOf(c), c);
            Digests.ofChunk(sha, data, at, length, digest, 0);
            if (!manifest.digestIs(c, digest, 0)) {
              return false;
            }
            arrival.add(digest, data, at, length);
            at += length;
          }
        }
        return true;
      }

      @Override
      protected void lost() {
        lost.addAndGet(bytes());
      }
    }
  }
}
