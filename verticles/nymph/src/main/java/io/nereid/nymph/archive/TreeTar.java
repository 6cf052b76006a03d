package io.nereid.nymph.archive;

import io.nereid.linux.BeneathDir;
import io.nereid.linux.FileStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes a directory tree as a tar file: names as the bytes that they are, owners, times, links and
 * extended attributes. Whiteouts and opaque directories of an overlay are told apart, because a tar
 * file for others must not have them. Sockets and device nodes are left out. One thread.
 */
final class TreeTar {
  /** Names are bytes; each becomes one character. */
  static final java.nio.charset.Charset BYTES = StandardCharsets.ISO_8859_1;

  /** As libarchive writes binary values: base64. */
  static final String ATTRIBUTE = "LIBARCHIVE.xattr.";

  private static final int NAMES_MAX = 1_000_000;
  static final String OPAQUE = "trusted.overlay.opaque";
  private static final String OVERLAY = "trusted.overlay.";

  private record Identity(long device, long inode) {}

  private final BeneathDir dir;
  private final TarArchiveOutputStream out;
  private final Map<Identity, String> linked = new HashMap<>();
  private final List<String> whiteouts = new ArrayList<>();
  private final List<String> opaque = new ArrayList<>();

  private TreeTar(BeneathDir dir, TarArchiveOutputStream out) {
    this.dir = dir;
    this.out = out;
  }

  /**
   * What is no content but says what is hidden of the layer below.
   *
   * @param whiteouts paths of what is deleted
   * @param opaque directories of whose lower ones nothing is seen
   */
  record Hidden(List<String> whiteouts, List<String> opaque) {}

  static Hidden write(Path root, OutputStream to) throws IOException {
    try (BeneathDir dir = BeneathDir.open(root);
        TarArchiveOutputStream out = open(to)) {
      TreeTar tar = new TreeTar(dir, out);
      tar.directory(new byte[0]);
      out.finish();
      return new Hidden(tar.whiteouts, tar.opaque);
    }
  }

  /** A tar file in which any name and size can be. */
  static TarArchiveOutputStream open(OutputStream to) {
    TarArchiveOutputStream out = new TarArchiveOutputStream(to, BYTES.name());
    out.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    return out;
  }

  private void directory(byte[] path) throws IOException {
    add(path, dir.status(path));
    List<byte[]> names = dir.list(path, NAMES_MAX);
    names.sort(Arrays::compareUnsigned);
    for (byte[] name : names) {
      byte[] child = join(path, name);
      FileStatus status = dir.status(child);
      if (status.isDirectory()) {
        directory(child);
      } else {
        add(child, status);
      }
    }
  }

  private void add(byte[] path, FileStatus s) throws IOException {
    String name = new String(path, BYTES);
    if (s.isSocket()) {
      return;
    }
    if (s.isCharDevice() && s.rdevMajor() == 0 && s.rdevMinor() == 0) {
      whiteouts.add(name);
      return;
    }
    TarArchiveEntry entry = entry(name, path, s);
    if (entry == null) {
      return;
    }
    entry.setMode(s.permissions());
    entry.setIds(0, 0);
    entry.setUserId((long) s.uid());
    entry.setGroupId((long) s.gid());
    entry.setLastModifiedTime(
        FileTime.from(Instant.ofEpochSecond(s.mtimeSeconds(), s.mtimeNanos())));
    attributes(path, name, entry);
    out.putArchiveEntry(entry);
    if (entry.isFile() && entry.getSize() > 0) {
      try (BeneathDir.OpenFile file = dir.openRead(path)) {
        copy(Channels.newInputStream(file.channel()), entry.getSize(), name, out);
      }
    }
    out.closeArchiveEntry();
  }

  private TarArchiveEntry entry(String name, byte[] path, FileStatus s) throws IOException {
    if (s.isDirectory()) {
      return new TarArchiveEntry(name.isEmpty() ? "./" : name + "/", TarConstants.LF_DIR);
    }
    if (s.isSymlink()) {
      TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
      link.setLinkName(new String(dir.readLink(path), BYTES));
      return link;
    }
    if (s.isFifo()) {
      return new TarArchiveEntry(name, TarConstants.LF_FIFO);
    }
    if (!s.isFile()) {
      return null;
    }
    if (s.links() > 1) {
      String first = linked.putIfAbsent(new Identity(s.device(), s.inode()), name);
      if (first != null) {
        TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_LINK);
        link.setLinkName(first);
        return link;
      }
    }
    TarArchiveEntry file = new TarArchiveEntry(name, TarConstants.LF_NORMAL);
    file.setSize(s.size());
    return file;
  }

  private void attributes(byte[] path, String name, TarArchiveEntry entry) throws IOException {
    for (String attribute : dir.attributeNames(path)) {
      if (attribute.equals(OPAQUE)) {
        opaque.add(name);
      } else if (!attribute.startsWith(OVERLAY)
          && (attribute.startsWith("user.")
              || attribute.equals("security.capability")
              || attribute.startsWith("system.posix_acl"))) {
        entry.addPaxHeader(
            ATTRIBUTE + attribute,
            Base64.getEncoder().withoutPadding().encodeToString(dir.attribute(path, attribute)));
      }
    }
  }

  private static void copy(InputStream in, long bytes, String name, OutputStream out)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (long left = bytes; left > 0; ) {
      int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new IOException(ArchiveException.shown(name) + " became shorter meanwhile");
      }
      out.write(buffer, 0, count);
      left -= count;
    }
  }

  static byte[] join(byte[] directory, byte[] name) {
    if (directory.length == 0) {
      return name;
    }
    byte[] path = Arrays.copyOf(directory, directory.length + 1 + name.length);
    path[directory.length] = '/';
    System.arraycopy(name, 0, path, directory.length + 1, name.length);
    return path;
  }
}
