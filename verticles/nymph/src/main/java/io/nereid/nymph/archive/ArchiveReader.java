package io.nereid.nymph.archive;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.TreeKind;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Reads one checkpoint archive of unknown origin. Only entries that belong into an archive are
 * accepted, each once, and written to places that are chosen here; everything is compared with its
 * digest before anything of it is used. One thread; blocks.
 */
public final class ArchiveReader {
  private static final int ENTRIES_MAX = 100_000;
  private static final int SMALL_BYTES_MAX = 4 << 20;
  private final Path directory;
  private final long bytesMax;
  private final Map<String, String> digests = new TreeMap<>();
  private long bytes;

  /**
   * Prepares.
   *
   * @param directory existing empty one
   * @param bytesMax more content than this is refused
   */
  public ArchiveReader(Path directory, long bytesMax) {
    this.directory = directory;
    this.bytesMax = bytesMax;
  }

  /**
   * What an archive has.
   *
   * @param snapshot as it was when it was written
   * @param roots of bundle, writable layer, log and images
   * @param layer root directory of the read-only layer
   */
  public record Contents(Snapshot snapshot, Map<TreeKind, Path> roots, Optional<Path> layer) {}

  /**
   * Reads everything.
   *
   * @throws ArchiveException when it is damaged or not an archive of ours
   */
  public Contents read(InputStream raw) throws IOException {
    Path files = Files.createDirectory(directory.resolve("files"));
    Files.createDirectory(files.resolve("checkpoint"));
    Files.createDirectory(files.resolve("nereid"));
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(Compression.unwrap(raw), TreeTar.BYTES.name())) {
      entries(in, files);
    } catch (ArchiveException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      if (isOurDisk(e)) {
        throw e;
      }
      throw new ArchiveException("the archive is damaged or cut off: " + e.getMessage());
    }
    verify(files);
    return unpack(files);
  }

  private static boolean isOurDisk(Exception e) {
    return e instanceof java.nio.file.FileSystemException
        || String.valueOf(e.getMessage()).contains("No space left");
  }

  private void entries(TarArchiveInputStream in, Path files) throws IOException {
    int count = 0;
    for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
      if (++count > ENTRIES_MAX) {
        throw new ArchiveException("the archive has more than " + ENTRIES_MAX + " entries");
      }
      String name = entry.getName();
      while (name.startsWith("./")) {
        name = name.substring(2);
      }
      if (!entry.isCheckSumOK()) {
        throw new ArchiveException(
            "the head of entry " + ArchiveException.shown(name) + " is damaged");
      }
      if (entry.isDirectory() && (name.isEmpty() || name.matches("(checkpoint|nereid)/?"))) {
        continue;
      }
      if (!ArchiveNames.isPlain(entry)) {
        throw new ArchiveException(
            "entry " + ArchiveException.shown(name) + " is neither a plain file nor expected");
      }
      if (!ArchiveNames.isKnown(name)) {
        throw new ArchiveException(
            "entry " + ArchiveException.shown(name) + " does not belong into a checkpoint archive");
      }
      take(in, entry, name, files);
    }
  }

  private void take(TarArchiveInputStream in, TarArchiveEntry entry, String name, Path files)
      throws IOException {
    long size = entry.getSize();
    if (size < 0 || size > bytesMax - bytes) {
      throw new ArchiveException(
          "the archive has more than the " + bytesMax + " bytes that there is room for");
    }
    bytes += size;
    MessageDigest sha = ArchiveDigests.digest();
    long count;
    try (OutputStream out =
        new DigestOutputStream(
            Files.newOutputStream(
                files.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            sha)) {
      count = in.transferTo(out);
    } catch (java.nio.file.FileAlreadyExistsException e) {
      throw new ArchiveException("entry " + ArchiveException.shown(name) + " is there twice");
    }
    if (count != size) {
      throw new ArchiveException("entry " + ArchiveException.shown(name) + " is cut off");
    }
    digests.put(name, HexFormat.of().formatHex(sha.digest()));
  }

  private void verify(Path files) throws IOException {
    digests.remove(ArchiveNames.DIGESTS);
    if (!Files.exists(files.resolve(ArchiveNames.DIGESTS))) {
      boolean ours = digests.keySet().stream().anyMatch(n -> n.startsWith(ArchiveNames.OURS));
      throw new ArchiveException(
          ours
              ? "the archive is cut off: its list of digests is missing"
              : digests.containsKey(ArchiveNames.CONFIG_DUMP)
                  ? "the archive was written by another program; it has no root file system, and"
                      + " nothing in it can be verified"
                  : "this is no checkpoint archive");
    }
    ArchiveDigests wanted = small(files, ArchiveNames.DIGESTS, ArchiveDigests.class);
    for (Map.Entry<String, String> one : wanted.sha256().entrySet()) {
      String is = digests.get(one.getKey());
      if (!one.getValue().equals(is)) {
        throw new ArchiveException(
            "entry "
                + ArchiveException.shown(one.getKey())
                + (is == null ? " is missing" : " is not what its digest says"),
            true);
      }
    }
    if (wanted.sha256().size() != digests.size()) {
      throw new ArchiveException("the archive has entries that are not in its list", true);
    }
  }

  private Contents unpack(Path files) throws IOException {
    Snapshot snapshot = small(files, ArchiveNames.SNAPSHOT, Snapshot.class);
    Map<TreeKind, Path> roots = new EnumMap<>(TreeKind.class);
    Path bundle = Files.createDirectory(directory.resolve("bundle"));
    require(files, ArchiveNames.LUGGAGE, bundle.resolve("nereid.json"));
    require(files, ArchiveNames.USER_CONFIG, bundle.resolve("config.json"));
    roots.put(TreeKind.BUNDLE, bundle);
    Path log = Files.createDirectory(directory.resolve("log"));
    if (Files.exists(files.resolve(ArchiveNames.LOG))) {
      Files.move(files.resolve(ArchiveNames.LOG), log.resolve("ctr.log"));
    }
    for (String kept : List.of(ArchiveNames.DUMP_LOG, ArchiveNames.STATS)) {
      if (Files.exists(files.resolve(kept))) {
        Files.move(files.resolve(kept), bundle.resolve(kept));
      }
    }
    roots.put(TreeKind.LOG, log);
    TreeTar.Hidden hidden =
        Files.exists(files.resolve(ArchiveNames.OPAQUE))
            ? small(files, ArchiveNames.OPAQUE, TreeTar.Hidden.class)
            : new TreeTar.Hidden(List.of(), List.of());
    roots.put(TreeKind.UPPER, tree(files, ArchiveNames.ROOTFS_DIFF, "upper", hidden));
    Path images = directory.resolve("images");
    Files.move(files.resolve("checkpoint"), images);
    roots.put(TreeKind.IMAGES, images);
    Optional<Path> layer = Optional.empty();
    Path image = files.resolve(ArchiveNames.IMAGE_TAR);
    if (Files.exists(image)) {
      Path root = Files.createDirectory(directory.resolve("layer"));
      TreeTar.Hidden nothing = new TreeTar.Hidden(List.of(), List.of());
      LayerImage.read(image, in -> TreeUntar.read(in, root, bytesMax, nothing));
      Files.delete(image);
      layer = Optional.of(root);
    }
    return new Contents(snapshot, roots, layer);
  }

  private Path tree(Path files, String name, String into, TreeTar.Hidden hidden)
      throws IOException {
    Path root = Files.createDirectory(directory.resolve(into));
    Path tar = files.resolve(name);
    if (!Files.exists(tar)) {
      throw new ArchiveException("the archive has no " + name);
    }
    try (InputStream in = Files.newInputStream(tar)) {
      TreeUntar.read(in, root, bytesMax, hidden);
    }
    Files.delete(tar);
    return root;
  }

  private static void require(Path files, String name, Path to) throws IOException {
    if (!Files.exists(files.resolve(name))) {
      throw new ArchiveException("the archive has no " + name);
    }
    Files.move(files.resolve(name), to);
  }

  private static <T> T small(Path files, String name, Class<T> type) throws IOException {
    Path file = files.resolve(name);
    if (!Files.exists(file) || Files.size(file) > SMALL_BYTES_MAX) {
      throw new ArchiveException(name + " is missing or too large");
    }
    try {
      return WireCodec.decode(Files.readAllBytes(file), type);
    } catch (FailureException e) {
      throw new ArchiveException(name + " cannot be read: " + e.getMessage());
    }
  }
}
