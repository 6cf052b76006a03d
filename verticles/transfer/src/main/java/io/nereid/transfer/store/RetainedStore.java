package io.nereid.transfer.store;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.RandomHex;
import io.nereid.linux.MountSafe;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.source.SpanHasher;
import io.nereid.transfer.tree.DiskFailures;
import io.nereid.transfer.tree.TreeMove;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of each container's last known state, as a base for its return: {@code
 * <container>/images} and {@code <container>/manifest}. What is kept is only a saving: it is hashed
 * before it is used, so it need not survive a power loss.
 */
public final class RetainedStore {
  private static final Logger log = LoggerFactory.getLogger(RetainedStore.class);
  private static final String STAGING = ".staging-";

  private final Path dir;
  private final KnownManifests known;
  private final ExecutorService hashPool;
  private final int hashThreads;

  /** Opens the store, making it if needed, and removes what an interrupted run left. */
  public RetainedStore(Path dir, KnownManifests known, ExecutorService hashPool, int hashThreads)
      throws IOException {
    this.dir = PrivateDirs.make(dir);
    this.known = known;
    this.hashPool = hashPool;
    this.hashThreads = hashThreads;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(dir, STAGING + "*")) {
      for (Path leftover : all) {
        MountSafe.delete(leftover);
      }
    }
  }

  /** Takes a directory over, replacing the container's earlier one. */
  public void retain(ContainerId container, Path images) {
    Path staged = dir.resolve(STAGING + RandomHex.ofBytes(8));
    try {
      PrivateDirs.make(staged);
      Path manifest = staged.resolve("manifest");
      boolean have = known.linkTo(images, manifest);
      TreeMove.move(images, staged.resolve("images"));
      if (!have) {
        hash(staged.resolve("images"), manifest);
      }
      replace(container, staged);
    } catch (IOException e) {
      throw DiskFailures.of("keeping " + images + " as a base", dir, e);
    } finally {
      remove(staged);
    }
  }

  /** Drops what is kept for a container. */
  public void forget(ContainerId container) {
    Path doomed = dir.resolve(STAGING + RandomHex.ofBytes(8));
    try {
      synchronized (this) {
        Files.move(dir.resolve(container.value()), doomed, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw DiskFailures.of("dropping the base of " + container, dir, e);
    }
    remove(doomed);
  }

  /** The base of a container, opened; whoever gets it closes it. */
  public Optional<StoredBase> open(ContainerId container) {
    Path kept = dir.resolve(container.value());
    try {
      if (!Files.isDirectory(kept, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      return Optional.of(StoredBase.open(kept.resolve("manifest"), kept.resolve("images")));
    } catch (IOException e) {
      log.warn(
          "the base of {} cannot be used, everything will be sent: {}", container, e.getMessage());
      return Optional.empty();
    }
  }

  private void hash(Path images, Path manifest) throws IOException {
    Tree tree = new Tree(TreeKind.IMAGES, images);
    try (SourceSet set = SourceSet.scan(tree, false, manifest)) {
      SpanHasher.hashAll(set, hashPool, hashThreads + 1);
    }
  }

  private void replace(ContainerId container, Path staged) throws IOException {
    Path target = dir.resolve(container.value());
    Path old = dir.resolve(STAGING + RandomHex.ofBytes(8));
    synchronized (this) {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    }
    remove(old);
  }

  private static void remove(Path path) {
    try {
      MountSafe.delete(path);
    } catch (IOException e) {
      log.warn("could not remove {}: {}; the next start does", path, e.getMessage());
    }
  }
}
