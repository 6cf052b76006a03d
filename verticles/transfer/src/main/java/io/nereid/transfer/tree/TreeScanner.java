package io.nereid.transfer.tree;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.linux.BeneathDir;
import io.nereid.linux.ErrnoException;
import io.nereid.linux.FileStatus;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Attributes;
import io.nereid.transfer.manifest.Entry;
import io.nereid.transfer.manifest.Limits;
import io.nereid.transfer.manifest.ManifestWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the entries of a tree into a manifest, without any content. Sockets are left out, but in
 * volumes: nothing listens on them elsewhere. A tree that changes meanwhile is an error unless it
 * is tolerated: then what has vanished is left out.
 */
public final class TreeScanner {
  private static final Logger log = LoggerFactory.getLogger(TreeScanner.class);
  private static final byte[] ROOT = {};

  private final Tree tree;
  private final boolean tolerant;
  private final ManifestWriter out;
  private final Map<FileIdentity, Integer> linked = new HashMap<>();
  private final BeneathDir dir;

  private record FileIdentity(long device, long inode) {}

  private TreeScanner(Tree tree, boolean tolerant, BeneathDir dir, ManifestWriter out) {
    this.tree = tree;
    this.tolerant = tolerant;
    this.dir = dir;
    this.out = out;
  }

  /**
   * Scans.
   *
   * @param tolerant whether files may vanish meanwhile
   * @throws FailureException UNSUPPORTED for what cannot be sent, naming it
   */
  public static void scan(Tree tree, boolean tolerant, BeneathDir dir, ManifestWriter out)
      throws IOException {
    new TreeScanner(tree, tolerant, dir, out).entry(ROOT);
  }

  private void entry(byte[] path) throws IOException {
    Entry entry;
    try {
      entry = read(path);
    } catch (ErrnoException e) {
      if (!vanished(e) || !tolerant || path.length == 0) {
        throw e;
      }
      return;
    }
    if (entry == null) {
      return;
    }
    out.add(entry);
    if (entry instanceof Entry.Directory) {
      for (byte[] name : names(path)) {
        entry(join(path, name));
      }
    }
  }

  private List<byte[]> names(byte[] path) throws IOException {
    try {
      List<byte[]> names = dir.list(path, Limits.ENTRIES_MAX);
      if (path.length == 0 && !tree.only().isEmpty()) {
        names.removeIf(n -> !tree.only().contains(new String(n, StandardCharsets.UTF_8)));
      }
      names.sort(Arrays::compareUnsigned);
      return names;
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.EXDEV) {
        throw unsupported(path, "something is mounted there", "unmount it first", e);
      }
      if (!vanished(e) || !tolerant) {
        throw e;
      }
      return List.of();
    }
  }

  private Entry read(byte[] path) throws IOException {
    FileStatus s = dir.status(path);
    boolean volumes = tree.kind() == TreeKind.VOLUMES;
    if (s.isSocket() && !volumes) {
      return null;
    }
    Entry.Meta meta =
        new Entry.Meta(
            s.permissions(), s.uid(), s.gid(), s.mtimeSeconds(), s.mtimeNanos(), attributes(path));
    if (s.isDirectory()) {
      return new Entry.Directory(path, meta);
    }
    if (s.isSymlink()) {
      return new Entry.Symlink(path, meta, dir.readLink(path));
    }
    if (s.isFifo()) {
      return new Entry.Fifo(path, meta);
    }
    if (s.isFile()) {
      return file(path, s, meta);
    }
    if (s.isSocket()) {
      return new Entry.Socket(path, meta);
    }
    if (volumes) {
      return new Entry.Device(path, meta, s.isBlockDevice(), s.rdevMajor(), s.rdevMinor());
    }
    return device(path, s, meta);
  }

  private Entry file(byte[] path, FileStatus s, Entry.Meta meta) {
    if (s.links() > 1) {
      Integer first = linked.putIfAbsent(new FileIdentity(s.device(), s.inode()), out.files());
      if (first != null) {
        return new Entry.HardLink(path, meta, first);
      }
    }
    return new Entry.RegularFile(path, meta, s.size());
  }

  private Entry device(byte[] path, FileStatus s, Entry.Meta meta) {
    boolean whiteout = s.isCharDevice() && s.rdevMajor() == 0 && s.rdevMinor() == 0;
    if (whiteout && tree.kind() == TreeKind.UPPER) {
      return new Entry.Whiteout(path, meta);
    }
    if (tree.kind() == TreeKind.LAYER) {
      // A runtime makes /dev itself; what an image has there is never seen.
      log.warn("left out of the layer: device {} in {}", Entry.shown(path), tree.root());
      return null;
    }
    throw unsupported(
        path,
        "it is a device node (" + s.rdevMajor() + ":" + s.rdevMinor() + ")",
        "remove it in the container; device nodes do not move between hosts",
        null);
  }

  private List<Entry.Attribute> attributes(byte[] path) throws IOException {
    List<String> names = dir.attributeNames(path);
    if (names.isEmpty()) {
      return List.of();
    }
    List<Entry.Attribute> list = new ArrayList<>();
    for (String name : names.stream().filter(Attributes::travels).sorted().toList()) {
      try {
        list.add(new Entry.Attribute(name, dir.attribute(path, name)));
      } catch (ErrnoException e) {
        if (e.errno() != ErrnoException.ENODATA) {
          throw e;
        }
      }
    }
    if (list.size() > Limits.ATTRIBUTES_MAX) {
      throw unsupported(
          path,
          "it has more than " + Limits.ATTRIBUTES_MAX + " extended attributes",
          "remove some",
          null);
    }
    return list;
  }

  private FailureException unsupported(byte[] path, String why, String remedy, Throwable cause) {
    return new FailureException(
        Failure.of(
            FailureCode.UNSUPPORTED,
            "cannot send " + Entry.shown(path) + " in " + tree.root() + ": " + why,
            remedy),
        cause);
  }

  private static boolean vanished(ErrnoException e) {
    return e.errno() == ErrnoException.ENOENT
        || e.errno() == ErrnoException.ENOTDIR
        || e.errno() == ErrnoException.ELOOP;
  }

  private static byte[] join(byte[] directory, byte[] name) {
    if (directory.length == 0) {
      return name;
    }
    byte[] path = Arrays.copyOf(directory, directory.length + 1 + name.length);
    path[directory.length] = '/';
    System.arraycopy(name, 0, path, directory.length + 1, name.length);
    return path;
  }
}
