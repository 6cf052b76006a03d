package io.nereid.transfer.receive;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.MountSafe;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.ManifestException;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.snapshot.OpenSnapshot;
import io.nereid.transfer.store.Base;
import io.nereid.transfer.store.ChunkIndex;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.store.PrivateDirs;
import io.nereid.transfer.store.StoredBase;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes room for offers: directories, and the index of what is here already, which lives as long as
 * the session. Used on the session's own thread.
 */
final class IntakeFactory {
  private static final Logger log = LoggerFactory.getLogger(IntakeFactory.class);

  /** Each takes a directory, and its files are open as long as the session lasts. */
  private static final int ROUNDS_MAX = 64;

  private final Session session;
  private final Path dir;
  private final ReceiveContext context;
  private ChunkIndex index;
  private final List<RemoteBase> learned = new ArrayList<>();
  private boolean layersIndexed;
  private int earlier;
  private int rounds;

  IntakeFactory(Session session, Path dir, ReceiveContext context) {
    this.session = session;
    this.dir = dir;
    this.context = context;
  }

  /** A tree as it is announced. */
  record Wanted(TreeKind kind, String layer, ManifestHeader header) {}

  Intake make(SetLabel label, long offer, List<Wanted> wanted) throws IOException {
    check(wanted);
    Path target = dir.resolve(label.name().toLowerCase(java.util.Locale.ROOT));
    if (label == SetLabel.ROUND) {
      if (rounds == ROUNDS_MAX) {
        throw new ManifestException("more than " + ROUNDS_MAX + " rounds");
      }
      target = dir.resolve("round-" + rounds++);
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      // Its content stays a base: open directories do not mind being renamed.
      Files.move(target, dir.resolve("earlier-" + earlier++));
    }
    PrivateDirs.make(target);
    List<IncomingSet> sets = new ArrayList<>();
    for (Wanted w : wanted) {
      sets.add(w.kind() == TreeKind.LAYER ? layer(w) : tree(w, target));
    }
    Optional<Neighbours> helpers =
        Optional.of(session.neighbours()).filter(n -> session.mayBeHelped(label));
    return new Intake(
        label, offer, sets, index(wanted), context.pool(), session.request().bytesMax(), helpers);
  }

  /** After a reconnect the same trees must be offered again. */
  void requireSame(Intake intake, List<Wanted> wanted) throws ManifestException {
    List<Wanted> before =
        intake.sets().stream().map(s -> new Wanted(s.kind(), s.layer(), s.header())).toList();
    if (!before.equals(wanted)) {
      throw new ManifestException("other trees are offered than before the reconnect");
    }
  }

  /** Removes what was staged for a layer that did not become one. */
  void discard(IncomingSet set) {
    Path staged = set.kind() == TreeKind.LAYER ? set.root().getParent() : set.root();
    try {
      MountSafe.delete(staged);
    } catch (IOException e) {
      log.warn("could not remove {}: {}; the next start does", staged, e.getMessage());
    }
  }

  void close() {
    if (index != null) {
      index.close();
    }
  }

  private void check(List<Wanted> wanted) throws ManifestException {
    if (wanted.isEmpty() || wanted.size() > Protocol.SETS_MAX) {
      throw new ManifestException(wanted.size() + " trees, not 1 to " + Protocol.SETS_MAX);
    }
    Set<TreeKind> seen = EnumSet.noneOf(TreeKind.class);
    long bytes = 0;
    for (Wanted w : wanted) {
      if (w.header().kind() != w.kind()) {
        throw new ManifestException("a tree of kind " + w.kind() + " has another header");
      }
      if (w.kind() == TreeKind.LAYER ? !LayerStore.isDigest(w.layer()) : !seen.add(w.kind())) {
        throw new ManifestException("a tree of kind " + w.kind() + " is there twice or unnamed");
      }
      // Volumes may have files of any size with next to nothing in them: what comes is counted.
      bytes += w.kind() == TreeKind.VOLUMES ? 0 : w.header().contentBytes();
      if (bytes < 0 || bytes > session.request().bytesMax()) {
        throw Intake.tooMuch(session.request().bytesMax());
      }
    }
  }

  private IncomingSet layer(Wanted w) throws IOException {
    Path staged = context.layers().stage();
    return new IncomingSet(
        w.kind(),
        w.layer(),
        w.header(),
        PrivateDirs.make(staged.resolve("rootfs")),
        staged.resolve("manifest"));
  }

  private IncomingSet tree(Wanted w, Path target) throws IOException {
    String name = w.kind().name().toLowerCase(java.util.Locale.ROOT);
    return new IncomingSet(
        w.kind(),
        "",
        w.header(),
        PrivateDirs.make(target.resolve(name)),
        target.resolve(name + ".manifest"));
  }

  private ChunkIndex index(List<Wanted> wanted) throws IOException {
    if (index == null) {
      index = new ChunkIndex(ThreadLocalRandom.current().nextLong());
      context
          .retained()
          .open(session.request().container())
          .ifPresent(base -> {
            session.keep(base);
            addBase(base);
          });
      addSnapshot();
      learned.forEach(this::addBase);
      learned.clear();
    }
    if (!layersIndexed && wanted.stream().anyMatch(w -> w.kind() == TreeKind.LAYER)) {
      layersIndexed = true;
      for (String digest : context.layers().list().stream().limit(Protocol.LAYERS_MAX).toList()) {
        if (context.layers().has(digest)) {
          StoredBase base =
              StoredBase.open(context.layers().manifest(digest), context.layers().rootfs(digest));
          session.keep(base);
          addBase(base);
        }
      }
    }
    return index;
  }

  /** What others lend: what is here already goes before it. */
  void learn(List<RemoteBase> bases) {
    if (index == null) {
      learned.addAll(bases);
    } else {
      bases.forEach(this::addBase);
    }
  }

  /** This host's own newest snapshot of the container: nothing of it has to come. */
  private void addSnapshot() {
    ContainerId container = session.request().container();
    Optional<Snapshot> newest =
        context.snapshots().all().stream().filter(s -> s.container().equals(container)).findFirst();
    if (newest.isEmpty()) {
      return;
    }
    try {
      OpenSnapshot open = context.snapshots().open(newest.get().id());
      session.keep(open);
      open.trees().values().forEach(tree -> addBase(new PackedBase(tree)));
    } catch (FailureException e) {
      log.info("snapshot {} is of no help: {}", newest.get().id(), e.getMessage());
    }
  }

  private void addBase(Base base) {
    int number = index.register(base);
    if (number >= 0) {
      index.addAll(number);
      base.manifest().unload();
    }
  }
}
