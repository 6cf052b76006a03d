package io.nereid.nymph.move;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.conmon.ConmonRequest;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.criu.Checkpointer;
import io.nereid.nymph.criu.Gate;
import io.nereid.nymph.criu.Shortcut;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A restore of which all is done but CRIU's own work: runc has started under its conmon, and CRIU
 * is held at a gate. CRIU's directory has no images until {@link #begin}, so nothing could be
 * restored even if it began by itself. Blocks.
 */
final class HeldRestore implements AutoCloseable {
  /** What runc reads before it starts CRIU: where the container's standard streams led. */
  static final String DESCRIPTORS = "descriptors.json";

  private static final Logger LOG = LoggerFactory.getLogger(HeldRestore.class);
  private static final Duration HELD_LIMIT = Duration.ofSeconds(5);
  private static final Duration GIVEN_UP_LIMIT = Duration.ofSeconds(5);
  private final MoveParts parts;
  private final ConmonRequest request;
  private final Gate gate;
  private final Path images;
  private final byte[] descriptors;
  private final boolean lazy;

  private HeldRestore(
      MoveParts parts,
      ConmonRequest request,
      Gate gate,
      Path images,
      byte[] descriptors,
      boolean lazy) {
    this.parts = parts;
    this.request = request;
    this.gate = gate;
    this.images = images;
    this.descriptors = descriptors;
    this.lazy = lazy;
  }

  /**
   * Starts everything up to CRIU. The root file system must be mounted.
   *
   * @param work where CRIU works; gets a directory of this restore
   * @param lazy whether pages come while the container runs
   * @param closing whether established TCP connections are restored as closed ones
   */
  static HeldRestore start(
      MoveParts parts,
      ContainerRecord record,
      Path work,
      byte[] descriptors,
      boolean lazy,
      boolean closing)
      throws IOException {
    Path own = Files.createTempDirectory(work, "held-");
    Path images = Files.createDirectory(own.resolve("images"));
    Files.write(images.resolve(DESCRIPTORS), descriptors);
    Gate gate = parts.checkpointer().gate(own.resolve("gate"));
    boolean begun = false;
    try {
      List<String> options = new ArrayList<>(List.of("--detach", "--work-path=" + work));
      options.addAll(Checkpointer.options(!closing && TcpPolicy.moves(parts, record)));
      if (lazy) {
        options.add("--lazy-pages");
      }
      ConmonRequest request =
          ConmonRequest.restore(
              record.id(),
              parts.paths().container(record.id()),
              record.terminal(),
              images,
              options,
              parts.checkpointer().wrapper(gate, closing),
              parts.checkpointer().deadline());
      parts.core().conmon().begin(request);
      HeldRestore held = new HeldRestore(parts, request, gate, images, descriptors, lazy);
      gate.awaitHeld(parts.core().basics().watch(), held::isOver, HELD_LIMIT);
      if (!held.isReady()) {
        LOG.warn("the restore of container {} is not held: it has failed already", record.id());
      }
      gate.quieten();
      begun = true;
      return held;
    } finally {
      if (!begun) {
        gate.close();
      }
    }
  }

  private boolean isOver() {
    return !parts.core().conmon().isAlive(request.id());
  }

  /** Whether it waits. */
  boolean isReady() {
    return gate.holds() && !isOver();
  }

  /** Whether it was started for such images. */
  boolean fits(byte[] itsDescriptors, boolean lazily) {
    return Arrays.equals(descriptors, itsDescriptors) && lazy == lazily;
  }

  /**
   * Gives CRIU the images and lets it begin; returns when it has restored them.
   *
   * @param from complete images, linked with what they build upon
   * @throws io.nereid.domain.failure.FailureException what went wrong with it
   */
  void begin(Path from) throws IOException {
    Path here = images.toRealPath();
    Path there = from.toRealPath();
    // Relative, because CRIU follows them when it has gone into the container's mount namespace.
    try (DirectoryStream<Path> files = Files.newDirectoryStream(there)) {
      for (Path file : files) {
        Path link = images.resolve(file.getFileName());
        boolean known = file.endsWith(DESCRIPTORS) || file.endsWith(ImageChain.PARENT);
        if (!known) {
          Files.createSymbolicLink(link, here.relativize(file));
        }
      }
    }
    if (ImageChain.isChained(there)) {
      Files.createSymbolicLink(
          images.resolve(ImageChain.PARENT), here.relativize(there.resolve(ImageChain.MEMORY)));
    }
    gate.open(Files.exists(there.resolve(Shortcut.PLAIN_MARK)));
    parts.core().conmon().awaitUp(request);
  }

  /** Lets nobody through any more, without waiting for what is held. Idempotent. */
  @Override
  public void close() {
    gate.close();
  }

  /** Ends it; returns when nothing of it runs any more, or after a limit. */
  void giveUp() {
    gate.close();
    awaitEnd(parts, request.id());
  }

  /** Waits for the end of a conmon whose gate is closed, also that of an earlier daemon. */
  static void awaitEnd(MoveParts parts, ContainerId id) {
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
