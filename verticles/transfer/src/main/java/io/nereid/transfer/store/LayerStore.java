package io.nereid.transfer.store;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.RandomHex;
import io.nereid.linux.MountSafe;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.source.SpanHasher;
import io.nereid.transfer.tree.DiskFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Read-only root file systems by the digest of their manifest: {@code <digest>/rootfs} and {@code
 * <digest>/manifest}. A layer appears by one rename, complete, or not at all. Any number of
 * threads.
 */
public final class LayerStore {
  private static final Logger log = LoggerFactory.getLogger(LayerStore.class);
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final String STAGING = ".staging-";

  private final Path dir;
  private final ExecutorService hashPool;
  private final int hashThreads;
  private final LayerDurability durability;

  /** Opens the store, making it if needed, and removes what an interrupted run left. */
  public LayerStore(Path dir, ExecutorService hashPool, int hashThreads) throws IOException {
    this.dir = dir;
    this.hashPool = hashPool;
    this.hashThreads = hashThreads;
    this.durability = new LayerDurability();
    PrivateDirs.make(dir);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(dir, STAGING + "*")) {
      for (Path leftover : all) {
        log.info("removing {}, left by an interrupted run", leftover);
        MountSafe.delete(leftover);
      }
    }
  }

  /** True for what could be a digest. */
  public static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }

  /** True when the layer is here and whole. */
  public boolean has(String digest) {
    return isDigest(digest)
        && Files.isDirectory(dir.resolve(digest), LinkOption.NOFOLLOW_LINKS)
        && usable(digest);
  }

  /** Its root directory; NOT_FOUND when absent. */
  public Path rootfs(String digest) {
    return find(digest).resolve("rootfs");
  }

  /** Its manifest file; NOT_FOUND when absent. */
  public Path manifest(String digest) {
    return find(digest).resolve("manifest");
  }

  /** Bytes of all its files. */
  public long bytes(String digest) {
    Path file = manifest(digest);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = ByteBuffer.allocate(ManifestHeader.BYTES);
      while (header.hasRemaining() && channel.read(header) > 0) {}
      return ManifestHeader.decode(header.array()).contentBytes();
    } catch (IOException e) {
      throw DiskFailures.of("reading the manifest of layer " + digest, dir, e);
    }
  }

  /** Digests of all layers. */
  public List<String> list() throws IOException {
    List<String> digests = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(dir)) {
      for (Path path : all) {
        String name = path.getFileName().toString();
        if (isDigest(name)) {
          digests.add(name);
        }
      }
    }
    return digests;
  }

  /** A new directory on the store's file system, for {@link #install}. */
  public Path stage() throws IOException {
    return PrivateDirs.make(dir.resolve(STAGING + RandomHex.ofBytes(8)));
  }

  /**
   * Makes a staged directory (rootfs and manifest, verified by the caller) the layer; does nothing
   * but remove it when the layer has appeared meanwhile.
   */
  public void install(Path staged, String digest) throws IOException {
    durability.mark(staged);
    Path target = dir.resolve(digest);
    synchronized (this) {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        MountSafe.delete(staged);
        return;
      }
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    }
    durability.makeDurable(target);
  }

  /** Copies a root file system in; returns its digest. */
  public String importLayer(Path rootfs) {
    Path staged = null;
    try {
      staged = stage();
      Tree tree = new Tree(TreeKind.LAYER, rootfs);
      String digest;
      try (SourceSet source = SourceSet.scan(tree, false, staged.resolve("manifest"))) {
        SpanHasher.hashAll(source, hashPool, hashThreads + 1);
        digest = source.manifest().layerDigest();
        if (!has(digest)) {
          Path copy = PrivateDirs.make(staged.resolve("rootfs"));
          LayerCopier.copy(source, copy);
          install(staged, digest);
        }
      }
      return digest;
    } catch (IOException e) {
      throw DiskFailures.of("importing the root file system " + rootfs, dir, e);
    } finally {
      discard(staged);
    }
  }

  private Path find(String digest) {
    if (!has(digest)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "layer " + shown(digest) + " is not in " + dir,
              "import its root file system again"));
    }
    return dir.resolve(digest);
  }

  /** A layer that may have been cut short by a power loss is verified once before it is used. */
  private synchronized boolean usable(String digest) {
    Path layer = dir.resolve(digest);
    try {
      if (!durability.suspect(layer)) {
        return true;
      }
      log.info("verifying layer {} after an unclean end of the machine", digest);
      if (verify(layer, digest)) {
        durability.makeDurable(layer);
        return true;
      }
      log.warn("layer {} is damaged and is removed", digest);
      MountSafe.delete(layer);
      return false;
    } catch (IOException e) {
      log.warn("layer {} cannot be used: {}", digest, e.getMessage());
      return false;
    }
  }

  private boolean verify(Path layer, String digest) throws IOException {
    Path again = dir.resolve(STAGING + "verify-" + RandomHex.ofBytes(8));
    Tree tree = new Tree(TreeKind.LAYER, layer.resolve("rootfs"));
    try (SourceSet actual = SourceSet.scan(tree, false, again);
        Manifest stored = Manifest.open(layer.resolve("manifest"))) {
      SpanHasher.hashAll(actual, hashPool, hashThreads + 1);
      return actual.manifest().layerDigest().equals(digest) && stored.layerDigest().equals(digest);
    } finally {
      Files.deleteIfExists(again);
    }
  }

  private void discard(Path staged) {
    if (staged != null) {
      try {
        MountSafe.delete(staged);
      } catch (IOException e) {
        log.warn("could not remove {}: {}; the next start does", staged, e.getMessage());
      }
    }
  }

  private static String shown(String digest) {
    return isDigest(digest)
        ? digest
        : "'"
            + digest.substring(0, Math.min(digest.length(), 64)).replaceAll("\\p{Cntrl}", "?")
            + "'";
  }
}
