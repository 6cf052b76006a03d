package io.nereid.nymph.move;

import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.nymph.conmon.ConmonRequest;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.criu.Checkpointer;
import io.nereid.nymph.criu.Gate;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares a restore as far as possible before this host may do it: files in place, root file
 * system mounted, runc started and CRIU held at a gate. While the coordinator moves the ownership
 * here, that work is done already.
 *
 * <p>Nothing of the container can run before {@link #begin}: CRIU is behind the gate, which opens
 * for nobody else, and the image with which every restore starts has another name until then.
 * Callers hold the container in the executor. Blocks.
 */
final class Staging {
  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
  private static final Duration HELD_LIMIT = Duration.ofSeconds(5);
  private static final Duration GIVEN_UP_LIMIT = Duration.ofSeconds(5);
  private static final String FIRST_IMAGE = "inventory.img";
  private static final String WITHHELD = "inventory.withheld";
  private final MoveParts parts;
  private final Map<MigrationId, Supplier<Staged>> all = new ConcurrentHashMap<>();

  /** Ready to be restored. */
  private record Staged(ConmonRequest request, Gate gate, Path images) {}

  Staging(MoveParts parts) {
    this.parts = parts;
  }

  /** Does it, unless it is done; a failure is told by {@link #begin}. */
  void stage(Incoming entry) {
    all.computeIfAbsent(
        entry.migration(),
        m -> {
          try {
            Staged staged = stageNow(entry);
            return () -> staged;
          } catch (IOException e) {
            FailureException failed =
                new FailureException(
                    Failure.of(
                        FailureCode.NO_SPACE,
                        "cannot prepare the restore of container " + entry.container() + ": " + e,
                        "make room on host " + parts.paths().node()),
                    e);
            return () -> {
              throw failed;
            };
          } catch (RuntimeException e) {
            return () -> {
              throw e;
            };
          }
        });
  }

  /**
   * Lets the restore begin; returns when CRIU has done it.
   *
   * @return the record of the container, still held
   * @throws FailureException what went wrong with it, or before
   */
  ContainerRecord begin(Incoming entry) {
    stage(entry);
    Staged staged = all.remove(entry.migration()).get();
    try (Gate gate = staged.gate()) {
      if (!staged.images().equals(root(received(entry), TreeKind.IMAGES))) {
        throw new FailureException(
            Failure.of(
                FailureCode.PROTOCOL,
                "what arrived for " + entry.migration() + " has changed since it was complete",
                "begin a new migration"));
      }
      ContainerRecord record =
          parts
              .core()
              .store()
              .update(entry.container(), r -> r.withStage(ContainerRecord.Stage.ARRIVING));
      Files.move(
          staged.images().resolve(WITHHELD),
          staged.images().resolve(FIRST_IMAGE),
          StandardCopyOption.ATOMIC_MOVE);
      gate.open();
      parts.core().conmon().awaitUp(staged.request());
      return record;
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.INTERNAL, "cannot hand out " + staged.images() + ": " + e, ""), e);
    }
  }

  /** Closes all gates, without waiting for what is held there. */
  void close() {
    all.keySet().forEach(this::closeGate);
  }

  private void closeGate(MigrationId migration) {
    Supplier<Staged> there = all.remove(migration);
    if (there != null) {
      try {
        there.get().gate().close();
      } catch (FailureException e) {
        LOG.debug("nothing was held for {}: {}", migration, e.getMessage());
      }
    }
  }

  /** Ends what was prepared; returns when nothing of it runs any more, or after a limit. */
  void giveUp(Incoming entry) {
    closeGate(entry.migration());
    ContainerId id = entry.container();
    boolean staged =
        parts
            .core()
            .store()
            .find(id)
            .filter(r -> r.stage() == ContainerRecord.Stage.STAGED)
            .isPresent();
    if (staged) {
      // Also that of an earlier daemon: its gate closed when it ended.
      parts
          .core()
          .basics()
          .watch()
          .await(
              parts.paths().container(id).run(),
              () -> !parts.core().conmon().isAlive(id),
              GIVEN_UP_LIMIT);
    }
  }

  private Staged stageNow(Incoming entry) throws IOException {
    ReceivedSet set = received(entry);
    Path images = root(set, TreeKind.IMAGES);
    Path work = Arrival.work(parts, entry);
    Luggage luggage = Luggage.unpack(root(set, TreeKind.BUNDLE), entry);
    ContainerRecord record = unpack(entry, luggage, set);
    Files.createDirectories(work);
    boolean chained = ImageChain.isChained(images);
    List<Path> ahead = chained ? ahead(entry, luggage) : List.of();
    boolean lazy = chained && provideLazily(ahead, images, work);
    // CRIU needs it, but nothing before CRIU.
    Beside linking =
        Beside.start(() -> {
          if (chained) {
            link(images, ahead, lazy);
          }
        });
    try {
      Files.move(
          images.resolve(FIRST_IMAGE), images.resolve(WITHHELD), StandardCopyOption.ATOMIC_MOVE);
      parts.core().runtime().prepare(record, true);
      return start(record, images, work, lazy, entry.closeConnections());
    } finally {
      linking.join();
    }
  }

  private static void link(Path images, List<Path> ahead, boolean lazily) {
    try {
      ImageChain.link(images, ahead, lazily);
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.NO_SPACE, "cannot link the images in " + images + ": " + e, ""),
          e);
    }
  }

  /** Starts everything up to CRIU. */
  private Staged start(
      ContainerRecord record, Path images, Path work, boolean lazy, boolean closing) {
    Gate gate = parts.checkpointer().gate(work.resolve("gate"));
    boolean begun = false;
    try {
      ConmonRequest request = request(record, images, work, lazy, gate, closing);
      parts.core().conmon().begin(request);
      boolean held =
          gate.awaitHeld(
              parts.core().basics().watch(),
              () -> !parts.core().conmon().isAlive(record.id()),
              HELD_LIMIT);
      if (!held) {
        LOG.warn("the restore of container {} is not held: it has failed already", record.id());
      }
      begun = true;
      return new Staged(request, gate, images);
    } finally {
      if (!begun) {
        gate.close();
      }
    }
  }

  private ReceivedSet received(Incoming entry) {
    return parts.transfer().received(entry.migration(), SetLabel.FINAL);
  }

  private ContainerRecord unpack(Incoming entry, Luggage luggage, ReceivedSet set)
      throws IOException {
    ContainerDirs dirs = parts.paths().container(entry.container());
    Path bundle = root(set, TreeKind.BUNDLE);
    MigrationHold hold =
        new MigrationHold(entry.migration(), MigrationHold.Role.TARGET, entry.source());
    Files.createDirectories(dirs.base());
    ContainerRecord record =
        parts.core().store().save(luggage.staged().withHold(Optional.of(hold)));
    Files.createDirectories(dirs.userConfig().getParent());
    move(bundle.resolve(Luggage.CONFIG), dirs.userConfig());
    move(root(set, TreeKind.UPPER), dirs.upper());
    move(root(set, TreeKind.LOG), dirs.log().getParent());
    return record;
  }

  static Path root(ReceivedSet set, TreeKind kind) {
    Path root = set.roots().get(kind);
    if (root == null) {
      throw new FailureException(
          Failure.of(FailureCode.PROTOCOL, "nothing of kind " + kind + " has arrived", ""));
    }
    return root;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.deleteIfExists(to);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Images that were sent ahead, and stay where they came. */
  static Path aheadImages(MoveParts parts, Incoming entry) {
    return root(parts.transfer().received(entry.migration(), SetLabel.AHEAD), TreeKind.IMAGES);
  }

  /** All parts that went ahead, the newest first. */
  private List<Path> ahead(Incoming entry, Luggage luggage) {
    List<Path> all = new ArrayList<>(List.of(aheadImages(parts, entry)));
    for (ReceivedSet round : parts.transfer().rounds(entry.migration())) {
      all.add(root(round, TreeKind.IMAGES));
    }
    if (all.size() != luggage.rounds() + 1) {
      throw new FailureException(
          Failure.of(
              FailureCode.PROTOCOL,
              "the images build upon %d rounds, and %d have arrived"
                  .formatted(luggage.rounds(), all.size() - 1),
              "start the migration again"));
    }
    return all.reversed();
  }

  /** Has the memory come page by page, while the container runs; false when that is not to be. */
  private boolean provideLazily(List<Path> ahead, Path images, Path work) {
    if (parts.lazyPages().isPrepared(work)) {
      try {
        List<Path> chain = new ArrayList<>(List.of(images.resolve(ImageChain.MEMORY)));
        chain.addAll(ahead);
        parts.lazyPages().begin(work, images, chain);
        LOG.info("the container of {} runs before its memory is in place", work);
        return true;
      } catch (FailureException e) {
        LOG.warn("the container of {} waits for its memory: {}", work, e.getMessage());
        parts.lazyPages().end(work);
      }
    }
    return false;
  }

  private ConmonRequest request(
      ContainerRecord record, Path images, Path work, boolean lazy, Gate gate, boolean closing) {
    List<String> options = new ArrayList<>(List.of("--detach", "--work-path=" + work));
    options.addAll(Checkpointer.options(!closing && TcpPolicy.moves(parts, record)));
    if (lazy) {
      options.add("--lazy-pages");
    }
    return ConmonRequest.restore(
        record.id(),
        parts.paths().container(record.id()),
        record.terminal(),
        images,
        options,
        parts.checkpointer().wrapper(gate, closing),
        parts.checkpointer().deadline());
  }
}
