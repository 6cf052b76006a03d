package io.nereid.nymph.archive;

import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.TreeKind;
import io.nereid.protocol.codec.WireCodec;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes one checkpoint archive. One thread; blocks. */
public final class ArchiveWriter {
  private static final int DIRECTORY_MODE = 0700;
  private static final int FILE_MODE = 0600;
  private final Snapshot snapshot;
  private final Map<TreeKind, Path> roots;
  private final Path layer;
  private final Path scratch;
  private final Map<String, String> digests = new TreeMap<>();

  /**
   * Prepares.
   *
   * @param roots of bundle, writable layer, log and complete images
   * @param layer root directory of the read-only layer
   * @param scratch existing directory for what has to be finished before it can be added
   */
  public ArchiveWriter(Snapshot snapshot, Map<TreeKind, Path> roots, Path layer, Path scratch) {
    this.snapshot = snapshot;
    this.roots = Map.copyOf(roots);
    this.layer = layer;
    this.scratch = scratch;
  }

  /**
   * Writes.
   *
   * @param to closed by the caller
   * @param name by whose end the compression is chosen
   */
  public void write(OutputStream to, String name) throws IOException {
    OutputStream compressed = Compression.of(name).wrap(new BufferedOutputStream(to, 1 << 20));
    TarArchiveOutputStream out = TreeTar.open(compressed);
    Path bundle = roots.get(TreeKind.BUNDLE);
    byte[] user = Files.readAllBytes(bundle.resolve("config.json"));
    LayerImage image = LayerImage.of(snapshot, layer, scratch);
    add(out, ArchiveNames.SNAPSHOT, WireCodec.encode(snapshot));
    add(out, ArchiveNames.CONFIG_DUMP, PodmanFiles.config(snapshot, image.id()));
    byte[] luggage = Files.readAllBytes(bundle.resolve("nereid.json"));
    add(out, ArchiveNames.SPEC_DUMP, PodmanFiles.spec(snapshot, user, luggage));
    add(out, ArchiveNames.NETWORK_STATUS, PodmanFiles.network(snapshot.network()));
    addIfThere(out, ArchiveNames.DUMP_LOG, bundle.resolve(ArchiveNames.DUMP_LOG));
    addIfThere(out, ArchiveNames.STATS, bundle.resolve(ArchiveNames.STATS));
    addImages(out);
    addIfThere(out, ArchiveNames.LOG, roots.get(TreeKind.LOG).resolve("ctr.log"));
    addFiles(out);
    add(out, ArchiveNames.LUGGAGE, luggage);
    add(out, ArchiveNames.USER_CONFIG, user);
    Path tar = scratch.resolve("image.tar");
    image.write(tar);
    addFile(out, ArchiveNames.IMAGE_TAR, tar);
    Files.delete(tar);
    byte[] list =
        PodmanFiles.pretty(new ArchiveDigests(ArchiveDigests.FORMAT, Map.copyOf(digests)));
    add(out, ArchiveNames.DIGESTS, list);
    out.finish();
    out.flush();
    out.close();
  }

  private void addImages(TarArchiveOutputStream out) throws IOException {
    TarArchiveEntry directory = new TarArchiveEntry(ArchiveNames.IMAGES, TarConstants.LF_DIR);
    directory.setMode(DIRECTORY_MODE);
    out.putArchiveEntry(directory);
    out.closeArchiveEntry();
    try (Stream<Path> images = Files.list(roots.get(TreeKind.IMAGES))) {
      for (Path image : images.sorted().toList()) {
        if (Files.isRegularFile(image, LinkOption.NOFOLLOW_LINKS)) {
          addFile(out, ArchiveNames.IMAGES + image.getFileName(), image);
        }
      }
    }
  }

  /** The writable layer, as others want it and complete for us. */
  private void addFiles(TarArchiveOutputStream out) throws IOException {
    TreeTar.Hidden hidden = addTree(out, ArchiveNames.ROOTFS_DIFF, roots.get(TreeKind.UPPER));
    TreeSet<String> deleted = new TreeSet<>(hidden.whiteouts());
    for (String directory : hidden.opaque()) {
      deleted.addAll(hiddenBelow(directory));
    }
    if (!deleted.isEmpty()) {
      add(out, ArchiveNames.DELETED_FILES, PodmanFiles.pretty(shown(deleted)));
    }
    if (!hidden.whiteouts().isEmpty() || !hidden.opaque().isEmpty()) {
      add(out, ArchiveNames.OPAQUE, WireCodec.encode(hidden));
    }
  }

  /** What an opaque directory hides of the layer, as others would call it deleted. */
  private List<String> hiddenBelow(String directory) throws IOException {
    Path below =
        layer.resolve(new String(directory.getBytes(TreeTar.BYTES), StandardCharsets.UTF_8));
    Path above =
        roots
            .get(TreeKind.UPPER)
            .resolve(new String(directory.getBytes(TreeTar.BYTES), StandardCharsets.UTF_8));
    if (!Files.isDirectory(below, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> names = Files.list(below)) {
      return names
          .map(p -> p.getFileName().toString())
          .filter(n -> !Files.exists(above.resolve(n), LinkOption.NOFOLLOW_LINKS))
          .map(n ->
              new String((directory + "/" + n).getBytes(StandardCharsets.UTF_8), TreeTar.BYTES))
          .toList();
    }
  }

  private static List<String> shown(TreeSet<String> names) {
    return names.stream()
        .map(n -> new String(n.getBytes(TreeTar.BYTES), StandardCharsets.UTF_8))
        .toList();
  }

  /** A tar file within the archive: its size must be known first. */
  private TreeTar.Hidden addTree(TarArchiveOutputStream out, String name, Path root)
      throws IOException {
    Path tar = scratch.resolve("tree.tar");
    try {
      TreeTar.Hidden hidden;
      try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(tar), 1 << 20)) {
        hidden = TreeTar.write(root, file);
      }
      addFile(out, name, tar);
      return hidden;
    } finally {
      Files.deleteIfExists(tar);
    }
  }

  private void addIfThere(TarArchiveOutputStream out, String name, Path file) throws IOException {
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      addFile(out, name, file);
    }
  }

  private void add(TarArchiveOutputStream out, String name, byte[] content) throws IOException {
    add(out, name, new ByteArrayInputStream(content), content.length);
  }

  private void addFile(TarArchiveOutputStream out, String name, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      add(out, name, in, Files.size(file));
    }
  }

  private void add(TarArchiveOutputStream out, String name, InputStream in, long size)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL);
    entry.setSize(size);
    entry.setMode(FILE_MODE);
    entry.setIds(0, 0);
    entry.setLastModifiedTime(java.nio.file.attribute.FileTime.from(snapshot.taken()));
    out.putArchiveEntry(entry);
    MessageDigest sha = ArchiveDigests.digest();
    in.transferTo(new DigestOutputStream(out, sha));
    out.closeArchiveEntry();
    digests.put(name, HexFormat.of().formatHex(sha.digest()));
  }
}
