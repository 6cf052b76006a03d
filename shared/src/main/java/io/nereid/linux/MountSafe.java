package io.nereid.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Recursive deletion that cannot leave the directory: refuses while anything is mounted below it,
 * and never follows a link or crosses into another file system. Deleting through a forgotten mount
 * has destroyed a container's files before.
 */
public final class MountSafe {
  private static final int NAMES_MAX = 10_000_000;
  private static final int DEPTH_MAX = 2_000;
  private static final byte[] ROOT = {};

  private MountSafe() {}

  /** Mount points at or below a directory, as this process sees them. */
  public static List<Path> mountsBelow(Path directory) throws IOException {
    Path real = real(directory);
    List<Path> found = new ArrayList<>();
    for (String line :
        Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
      // Field 5, with space, tab, newline and backslash written in octal (proc(5)).
      String[] fields = line.split(" ");
      if (fields.length > 4) {
        String text = unescape(fields[4]);
        if (text.equals(real.toString()) || text.startsWith(real + "/")) {
          found.add(Path.of(text));
        }
      }
    }
    return found;
  }

  /**
   * Deletes a directory, or a file, with everything in it. Does nothing when it is not there.
   *
   * @throws IOException when something is mounted below it; then nothing has been deleted
   */
  public static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(path);
      return;
    }
    List<Path> mounts = mountsBelow(path);
    if (!mounts.isEmpty()) {
      throw new IOException(
          path + " was not deleted because something is mounted at " + mounts.getFirst());
    }
    try (BeneathDir tree = BeneathDir.open(path)) {
      empty(tree, ROOT, 0);
    }
    Files.delete(path);
  }

  private static void empty(BeneathDir tree, byte[] directory, int depth) throws IOException {
    if (depth > DEPTH_MAX) {
      throw new IOException("directories are nested deeper than " + DEPTH_MAX);
    }
    for (byte[] name : tree.list(directory, NAMES_MAX)) {
      byte[] path = join(directory, name);
      if (tree.status(path).isDirectory()) {
        empty(tree, path, depth + 1);
        tree.removeDirectory(path);
      } else {
        tree.removeFile(path);
      }
    }
  }

  private static byte[] join(byte[] directory, byte[] name) {
    if (directory.length == 0) {
      return name;
    }
    byte[] path = new byte[directory.length + 1 + name.length];
    System.arraycopy(directory, 0, path, 0, directory.length);
    path[directory.length] = '/';
    System.arraycopy(name, 0, path, directory.length + 1, name.length);
    return path;
  }

  private static Path real(Path directory) throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    return parent == null
        ? directory.toAbsolutePath()
        : parent.toRealPath().resolve(directory.getFileName());
  }

  private static String unescape(String field) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        out.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        out.append(c);
      }
    }
    return new String(out.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
