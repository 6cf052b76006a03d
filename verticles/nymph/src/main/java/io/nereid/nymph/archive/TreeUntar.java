package io.nereid.nymph.archive;

import io.nereid.linux.BeneathDir;
import io.nereid.linux.ErrnoException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks a tar file of unknown origin into an empty directory. Nothing can end up outside: files
 * are made relative to open directories, no link is ever followed, and what a hard link names must
 * have been unpacked before. Device nodes are refused. One thread.
 */
final class TreeUntar {
  private static final int ENTRIES_MAX = 1_000_000;
  private static final int DEPTH_MAX = 256;
  private static final int NAME_BYTES_MAX = 255;

  private record Meta(
      byte[] path,
      boolean link,
      int uid,
      int gid,
      int mode,
      Map<String, byte[]> attributes,
      long seconds,
      int nanos) {}

  private final BeneathDir dir;
  private final List<Meta> metas = new ArrayList<>();
  private final long bytesMax;
  private long bytes;

  private TreeUntar(BeneathDir dir, long bytesMax) {
    this.dir = dir;
    this.bytesMax = bytesMax;
  }

  /**
   * Unpacks.
   *
   * @param root existing empty directory
   * @param bytesMax more content than this is refused
   * @param hidden whiteouts and opaque directories, which a tar file does not have
   */
  static void read(InputStream in, Path root, long bytesMax, TreeTar.Hidden hidden)
      throws IOException {
    try (BeneathDir dir = BeneathDir.open(root)) {
      TreeUntar tar = new TreeUntar(dir, bytesMax);
      tar.entries(new TarArchiveInputStream(in, TreeTar.BYTES.name()));
      tar.hide(hidden);
      tar.finish();
    }
  }

  private void hide(TreeTar.Hidden hidden) throws IOException {
    for (String name : hidden.whiteouts()) {
      dir.makeWhiteout(path(name));
    }
    for (String name : hidden.opaque()) {
      dir.setAttribute(name.isEmpty() ? new byte[0] : path(name), TreeTar.OPAQUE, new byte[] {'y'});
    }
  }

  private void entries(TarArchiveInputStream in) throws IOException {
    int count = 0;
    for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
      if (++count > ENTRIES_MAX) {
        throw new ArchiveException("a tar file has more than " + ENTRIES_MAX + " entries");
      }
      if (!entry.isCheckSumOK()) {
        throw new ArchiveException("the head of an entry of a tar file is damaged");
      }
      try {
        entry(in, entry);
      } catch (ErrnoException e) {
        throw new ArchiveException(
            ArchiveException.shown(entry.getName()) + " cannot be unpacked: " + e.getMessage());
      }
    }
  }

  private void entry(TarArchiveInputStream in, TarArchiveEntry entry) throws IOException {
    String name = stripped(entry.getName());
    boolean root = name.isEmpty();
    if (root && !entry.isDirectory()) {
      throw new ArchiveException("an entry of a tar file has no name");
    }
    byte[] path = root ? new byte[0] : path(name);
    boolean symbolic = entry.isSymbolicLink();
    if (entry.isDirectory()) {
      if (!root) {
        dir.makeDirectory(path);
      }
    } else if (symbolic) {
      byte[] target = entry.getLinkName().getBytes(TreeTar.BYTES);
      if (target.length == 0 || target.length > BeneathDir.PATH_BYTES_MAX || has0(target)) {
        throw new ArchiveException(ArchiveException.shown(name) + " has an impossible target");
      }
      dir.makeSymlink(path, target);
    } else if (entry.isLink()) {
      dir.makeHardLink(path, path(stripped(entry.getLinkName())));
      return;
    } else if (entry.isFIFO()) {
      dir.makeFifo(path);
    } else if (ArchiveNames.isPlain(entry)) {
      content(in, entry, path);
    } else {
      throw new ArchiveException(
          ArchiveException.shown(name) + " is a device node or of an unknown type");
    }
    remember(entry, path, symbolic);
  }

  private void content(TarArchiveInputStream in, TarArchiveEntry entry, byte[] path)
      throws IOException {
    bytes += entry.getSize();
    if (entry.getSize() < 0 || bytes < 0 || bytes > bytesMax) {
      throw new ArchiveException(
          "a tar file has more than the " + bytesMax + " bytes there are room for");
    }
    dir.createFile(path, 0);
    byte[] buffer = new byte[1 << 16];
    try (BeneathDir.OpenFile out = dir.openWrite(path)) {
      long done = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        ByteBuffer one = ByteBuffer.wrap(buffer, 0, count);
        while (one.hasRemaining()) {
          done += out.channel().write(one, done);
        }
      }
      if (done != entry.getSize()) {
        throw new ArchiveException(ArchiveException.shown(entry.getName()) + " is cut off");
      }
    }
  }

  private static Map<String, byte[]> attributes(TarArchiveEntry entry) throws IOException {
    Map<String, byte[]> found = new TreeMap<>();
    for (Map.Entry<String, String> header : entry.getExtraPaxHeaders().entrySet()) {
      if (!header.getKey().startsWith(TreeTar.ATTRIBUTE)) {
        continue;
      }
      String attribute = header.getKey().substring(TreeTar.ATTRIBUTE.length());
      boolean allowed =
          attribute.startsWith("user.")
              || attribute.equals("security.capability")
              || attribute.startsWith("system.posix_acl");
      if (!allowed) {
        throw new ArchiveException(
            "attribute " + ArchiveException.shown(attribute) + " may not be in a tar file");
      }
      try {
        found.put(attribute, Base64.getDecoder().decode(header.getValue()));
      } catch (IllegalArgumentException e) {
        throw new ArchiveException(
            "an attribute of " + ArchiveException.shown(entry.getName()) + " is damaged");
      }
    }
    return found;
  }

  private void remember(TarArchiveEntry entry, byte[] path, boolean symbolic) throws IOException {
    long uid = entry.getLongUserId();
    long gid = entry.getLongGroupId();
    if (uid < 0 || uid > 0xfffffffeL || gid < 0 || gid > 0xfffffffeL) {
      throw new ArchiveException(
          ArchiveException.shown(entry.getName()) + " has an impossible owner");
    }
    var modified = entry.getLastModifiedTime().toInstant();
    metas.add(
        new Meta(
            path,
            symbolic,
            (int) uid,
            (int) gid,
            entry.getMode() & 07777,
            symbolic ? Map.of() : attributes(entry),
            modified.getEpochSecond(),
            modified.getNano()));
  }

  /** The last first: a directory's time changes with what is made in it. */
  private void finish() throws IOException {
    for (Meta meta : metas.reversed()) {
      dir.setOwner(meta.path(), meta.uid(), meta.gid());
      if (!meta.link()) {
        dir.setPermissions(meta.path(), meta.mode());
      }
      for (Map.Entry<String, byte[]> attribute : meta.attributes().entrySet()) {
        dir.setAttribute(meta.path(), attribute.getKey(), attribute.getValue());
      }
      dir.setModified(meta.path(), meta.seconds(), meta.nanos());
    }
  }

  private static String stripped(String name) {
    String s = name;
    while (s.startsWith("./")) {
      s = s.substring(2);
    }
    return s.equals(".") ? "" : s.endsWith("/") ? s.substring(0, s.length() - 1) : s;
  }

  /** A relative path of real names only. */
  private static byte[] path(String name) throws ArchiveException {
    byte[] path = name.getBytes(TreeTar.BYTES);
    String[] parts = name.split("/", -1);
    boolean fine = path.length <= BeneathDir.PATH_BYTES_MAX && parts.length <= DEPTH_MAX;
    for (String part : parts) {
      fine &=
          !part.isEmpty()
              && part.length() <= NAME_BYTES_MAX
              && !part.equals(".")
              && !part.equals("..")
              && part.indexOf('\0') < 0;
    }
    if (!fine) {
      throw new ArchiveException(
          ArchiveException.shown(name) + " is no path that may be in an archive");
    }
    return path;
  }

  private static boolean has0(byte[] bytes) {
    for (byte b : bytes) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }
}
