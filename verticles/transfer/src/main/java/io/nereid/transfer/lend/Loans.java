package io.nereid.transfer.lend;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.RandomHex;
import io.nereid.domain.id.SnapshotId;
import io.nereid.port.Loan;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.snapshot.OpenSnapshot;
import io.nereid.transfer.snapshot.SnapshotStore;
import io.nereid.transfer.source.ContentTree;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.tree.DiskFailures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What is lent at the moment. A loan ends when its borrower has gone, or when nobody has come for
 * it; after a restart nothing is lent. Any number of threads.
 */
public final class Loans {
  /** Loans at the same time. */
  static final int LOANS_MAX = 64;

  /** A loan of which nobody has asked anything for this long ends. */
  static final long IDLE_MAX_MS = TimeUnit.SECONDS.toMillis(30);

  private static final int TOKEN_BYTES = 32;
  private final SnapshotStore snapshots;
  private final LayerStore layers;
  private final Path dir;
  private final Map<String, OpenLoan> open = new HashMap<>();

  /** A token and what it is good for. */
  public record Lent(String token, List<Loan.Item> items) {}

  public Loans(SnapshotStore snapshots, LayerStore layers, Path dir) {
    this.snapshots = snapshots;
    this.layers = layers;
    this.dir = dir;
  }

  /** Lends what is here of what is wanted; NOT_FOUND when nothing is. */
  public Lent lend(List<SnapshotId> wanted, List<String> wantedLayers) {
    expire();
    List<Loan.Item> items = new ArrayList<>();
    List<ContentTree> trees = new ArrayList<>();
    List<AutoCloseable> held = new ArrayList<>();
    boolean lent = false;
    try {
      for (SnapshotId id : wanted) {
        addSnapshot(id, items, trees, held);
      }
      for (String digest : wantedLayers) {
        addLayer(digest, items, trees, held);
      }
      if (items.isEmpty() || items.size() > Loan.ITEMS_MAX) {
        throw refused(
            items.isEmpty() ? FailureCode.NOT_FOUND : FailureCode.BAD_REQUEST,
            items.size() + " trees are here of what shall be lent, not 1 to " + Loan.ITEMS_MAX);
      }
      String token = RandomHex.ofBytes(TOKEN_BYTES);
      synchronized (this) {
        if (open.size() >= LOANS_MAX) {
          throw refused(FailureCode.BUSY, "this host lends to " + LOANS_MAX + " others already");
        }
        open.put(token, new OpenLoan(trees, held));
      }
      lent = true;
      return new Lent(token, items);
    } catch (IOException e) {
      throw DiskFailures.of("lending", dir, e);
    } finally {
      if (!lent) {
        OpenLoan.closeAll(held);
      }
    }
  }

  private void addSnapshot(
      SnapshotId id, List<Loan.Item> items, List<ContentTree> trees, List<AutoCloseable> held)
      throws IOException {
    OpenSnapshot snapshot;
    try {
      snapshot = snapshots.open(id);
    } catch (FailureException e) {
      if (e.failure().code() == FailureCode.NOT_FOUND) {
        return;
      }
      throw e;
    }
    held.add(snapshot);
    for (Map.Entry<TreeKind, ContentTree> tree : snapshot.trees().entrySet()) {
      items.add(
          new Loan.Item(
              tree.getKey(),
              Optional.of(id),
              Optional.empty(),
              snapshot.manifests().get(tree.getKey()),
              tree.getValue().manifest().header().totalBytes()));
      trees.add(tree.getValue());
    }
  }

  private void addLayer(
      String digest, List<Loan.Item> items, List<ContentTree> trees, List<AutoCloseable> held)
      throws IOException {
    if (!layers.has(digest)) {
      return;
    }
    LayerTree tree = new LayerTree(layers, digest);
    held.add(tree);
    Manifest manifest = tree.manifest();
    items.add(
        new Loan.Item(
            TreeKind.LAYER,
            Optional.empty(),
            Optional.of(digest),
            "",
            manifest.header().totalBytes()));
    trees.add(tree);
  }

  /** The loan of this token, which the caller lets go again; empty tells nothing about why. */
  Optional<OpenLoan> find(String token) {
    byte[] given = token.getBytes(StandardCharsets.UTF_8);
    synchronized (this) {
      OpenLoan found = null;
      for (Map.Entry<String, OpenLoan> one : open.entrySet()) {
        // Each is compared in a time that does not depend on how much is right.
        if (MessageDigest.isEqual(one.getKey().getBytes(StandardCharsets.UTF_8), given)) {
          found = one.getValue();
        }
      }
      return found != null && found.use() ? Optional.of(found) : Optional.empty();
    }
  }

  /** Ends what has been idle for too long. */
  public void expire() {
    List<OpenLoan> ended;
    synchronized (this) {
      ended = open.values().stream().filter(l -> l.ended() || l.idleFor(IDLE_MAX_MS)).toList();
      open.values().removeAll(ended);
    }
    ended.forEach(OpenLoan::end);
  }

  /** Ends all. */
  public void closeAll() {
    List<OpenLoan> ended;
    synchronized (this) {
      ended = List.copyOf(open.values());
      open.clear();
    }
    ended.forEach(OpenLoan::end);
  }

  private static FailureException refused(FailureCode code, String message) {
    return new FailureException(Failure.refused(code, message, "try again later"));
  }
}
