package io.nereid.transfer.tree;

import io.nereid.linux.BeneathDir;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Entry;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestException;
import java.io.IOException;

/**
 * Builds the tree of a manifest in an empty directory: first names and sizes, all files being
 * holes, nobody but us allowed in; after the content has been written and verified, owners,
 * attributes, permissions and times. The manifest's entries have been checked, so nothing can end
 * up outside.
 */
public final class TreeBuilder {
  private TreeBuilder() {}

  /** Makes everything without content; device nodes in volumes and where an overlay needs one. */
  public static void create(Manifest manifest, BeneathDir dir) throws IOException {
    TreeKind kind = manifest.header().kind();
    manifest.forEach((entry, filesBefore) -> {
      byte[] path = entry.path();
      if (path.length == 0) {
        return;
      }
      switch (entry) {
        case Entry.Directory d -> dir.makeDirectory(path);
        case Entry.RegularFile f -> dir.createFile(path, f.size());
        case Entry.Symlink s -> dir.makeSymlink(path, s.target());
        case Entry.HardLink h -> dir.makeHardLink(path, manifest.file(h.file()).path());
        case Entry.Fifo f -> {
          requireKind(
              kind == TreeKind.UPPER || kind == TreeKind.LAYER || kind == TreeKind.VOLUMES,
              kind,
              entry);
          dir.makeFifo(path);
        }
        case Entry.Whiteout w -> {
          requireKind(kind == TreeKind.UPPER, kind, entry);
          dir.makeWhiteout(path);
        }
        case Entry.Socket s -> {
          requireKind(kind == TreeKind.VOLUMES, kind, entry);
          dir.makeSocket(path);
        }
        case Entry.Device d -> {
          requireKind(kind == TreeKind.VOLUMES, kind, entry);
          dir.makeDevice(path, d.block(), d.major(), d.minor());
        }
      }
    });
  }

  /** Sets everything but content. Writing into the tree afterwards would change times again. */
  public static void finish(Manifest manifest, BeneathDir dir) throws IOException {
    manifest.forEach((entry, filesBefore) -> {
      byte[] path = entry.path();
      Entry.Meta m = entry.meta();
      dir.setOwner(path, m.uid(), m.gid());
      // After the owner: changing that takes away capabilities and setuid.
      if (!(entry instanceof Entry.Symlink)) {
        dir.setPermissions(path, m.permissions());
      }
      for (Entry.Attribute a : m.attributes()) {
        dir.setAttribute(path, a.name(), a.value());
      }
      dir.setModified(path, m.mtimeSeconds(), m.mtimeNanos());
    });
  }

  private static void requireKind(boolean holds, TreeKind kind, Entry entry)
      throws ManifestException {
    if (!holds) {
      throw new ManifestException(
          "entry " + entry.shownPath() + " of this type may not be in a tree of kind " + kind);
    }
  }
}
