package io.nereid.transfer.manifest;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The order of entries, and with it what makes a tree safe to build: the root first, each entry
 * after its directory, names of one directory strictly ascending as unsigned bytes. So there is
 * exactly one way to write a tree, no name occurs twice, and nothing can lie below a link or a
 * file. Needs memory for the depth only.
 */
public final class TreeOrder {
  private final Deque<byte[]> directories = new ArrayDeque<>();
  private byte[] previous;
  private int files;

  /** Accepts the next entry or says why not. */
  public void accept(Entry entry) throws ManifestException {
    byte[] path = entry.path();
    if (previous == null) {
      require(path.length == 0 && entry instanceof Entry.Directory, entry, "must be the root");
    } else {
      checkNames(entry);
      require(compare(previous, path) < 0, entry, "is out of order or there twice");
      byte[] parent = parentOf(path);
      while (!Arrays.equals(directories.peek(), parent)) {
        require(directories.size() > 1, entry, "is not in a directory of this tree");
        directories.pop();
      }
    }
    switch (entry) {
      case Entry.Directory d -> directories.push(path);
      case Entry.RegularFile f -> files++;
      case Entry.HardLink h ->
          require(
              h.file() >= 0 && h.file() < files, entry, "links to a file that is not before it");
      case Entry.Symlink s -> {}
      case Entry.Fifo f -> {}
      case Entry.Whiteout w -> {}
      case Entry.Socket s -> {}
      case Entry.Device d -> {}
    }
    previous = path;
  }

  private void checkNames(Entry entry) throws ManifestException {
    byte[] path = entry.path();
    require(path.length > 0, entry, "is there twice");
    require(path.length <= Limits.PATH_BYTES_MAX, entry, "is too long");
    int depth = 0;
    for (int start = 0, end; start <= path.length; start = end + 1) {
      end = start;
      while (end < path.length && path[end] != '/') {
        require(path[end] != 0, entry, "has a zero byte");
        end++;
      }
      int length = end - start;
      require(length > 0, entry, "is absolute or has an empty name");
      require(length <= Limits.NAME_BYTES_MAX, entry, "has a name that is too long");
      boolean dots = path[start] == '.' && (length == 1 || (length == 2 && path[start + 1] == '.'));
      require(!dots, entry, "has a name that is '.' or '..'");
      require(++depth <= Limits.DEPTH_MAX, entry, "is nested too deep");
    }
  }

  /** Compares name by name: the separator is lower than any byte of a name. */
  static int compare(byte[] a, byte[] b) {
    int common = Arrays.mismatch(a, b);
    if (common < 0) {
      return 0;
    }
    if (common == a.length) {
      return -1;
    }
    if (common == b.length) {
      return 1;
    }
    int x = a[common] == '/' ? 0 : Byte.toUnsignedInt(a[common]);
    int y = b[common] == '/' ? 0 : Byte.toUnsignedInt(b[common]);
    return Integer.compare(x, y);
  }

  private static byte[] parentOf(byte[] path) {
    int i = path.length - 1;
    while (i >= 0 && path[i] != '/') {
      i--;
    }
    return i < 0 ? new byte[0] : Arrays.copyOf(path, i);
  }

  private static void require(boolean holds, Entry entry, String otherwise)
      throws ManifestException {
    if (!holds) {
      throw new ManifestException("entry " + entry.shownPath() + " " + otherwise);
    }
  }
}
