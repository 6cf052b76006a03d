package io.nereid.nymph.archive;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.protocol.codec.WireCodec;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The read-only layer as an image that {@code podman load} and {@code docker load} take. Its id
 * follows from its content, so an archive can name it.
 *
 * <p>Source of the format: Docker Image Specification v1.2, "Combined Image JSON + Filesystem
 * Changeset Format".
 *
 * @param layer the tar file of the layer
 * @param id of the image: SHA-256 of its configuration
 */
record LayerImage(Path layer, String id, byte[] config, String tag) {
  private static final String LAYER = "layer.tar";

  /** Writes the layer into a tar file and computes the id. */
  static LayerImage of(Snapshot snapshot, Path root, Path scratch) throws IOException {
    Path layer = scratch.resolve("image-layer.tar");
    MessageDigest sha = ArchiveDigests.digest();
    try (OutputStream out =
        new DigestOutputStream(
            new BufferedOutputStream(Files.newOutputStream(layer), 1 << 20), sha)) {
      TreeTar.write(root, out);
    }
    ObjectNode config = WireCodec.mapper().createObjectNode();
    config.put("architecture", snapshot.source().arch().equals("aarch64") ? "arm64" : "amd64");
    config.putObject("config");
    config.put("os", "linux");
    ObjectNode files = config.putObject("rootfs");
    files.put("type", "layers");
    files.putArray("diff_ids").add("sha256:" + HexFormat.of().formatHex(sha.digest()));
    byte[] text = WireCodec.encode(config);
    String id = HexFormat.of().formatHex(ArchiveDigests.digest().digest(text));
    return new LayerImage(layer, id, text, PodmanFiles.image(snapshot));
  }

  /** Writes the image; the layer's file is deleted. */
  void write(Path to) throws IOException {
    ObjectNode entry = WireCodec.mapper().createObjectNode();
    entry.put("Config", id + ".json");
    entry.putArray("RepoTags").add(tag);
    entry.putArray("Layers").add(LAYER);
    byte[] manifest = WireCodec.encode(WireCodec.mapper().createArrayNode().add(entry));
    try (TarArchiveOutputStream out =
        TreeTar.open(new BufferedOutputStream(Files.newOutputStream(to), 1 << 20))) {
      add(out, "manifest.json", manifest.length);
      out.write(manifest);
      out.closeArchiveEntry();
      add(out, id + ".json", config.length);
      out.write(config);
      out.closeArchiveEntry();
      add(out, LAYER, Files.size(layer));
      Files.copy(layer, out);
      out.closeArchiveEntry();
    }
    Files.delete(layer);
  }

  private static void add(TarArchiveOutputStream out, String name, long size) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL);
    entry.setSize(size);
    entry.setMode(0644);
    entry.setLastModifiedTime(java.nio.file.attribute.FileTime.fromMillis(0));
    out.putArchiveEntry(entry);
  }

  /** What reads a layer. */
  interface LayerReader {
    void read(InputStream in) throws IOException;
  }

  /** Finds the layer in an image and has it read. */
  static void read(Path image, LayerReader reader) throws IOException {
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(Files.newInputStream(image), TreeTar.BYTES.name())) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().equals(LAYER) && ArchiveNames.isPlain(entry)) {
          reader.read(new Open(in));
          return;
        }
      }
    }
    throw new ArchiveException("the image in the archive has no " + LAYER);
  }

  /** Stays open when its reader is done. */
  private static final class Open extends FilterInputStream {
    Open(InputStream in) {
      super(in);
    }

    @Override
    public void close() {
      // Whoever made it closes it.
    }
  }
}
