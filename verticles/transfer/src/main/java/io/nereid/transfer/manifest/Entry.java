package io.nereid.transfer.manifest;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** One thing in a tree. Paths are relative bytes; the tree itself has the empty path. */
public sealed interface Entry {
  /** Relative to the root. */
  byte[] path();

  /** What every entry has. */
  Meta meta();

  /** For messages: never for access. */
  default String shownPath() {
    return shown(path());
  }

  /** A path for messages; control characters and invalid bytes replaced. */
  static String shown(byte[] path) {
    String text = new String(path, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
    return text.isEmpty() ? "(the directory itself)" : text;
  }

  /**
   * Owner, permissions and times.
   *
   * @param permissions the lower 12 bits
   * @param mtimeNanos 0 to 999,999,999
   */
  record Meta(
      int permissions,
      int uid,
      int gid,
      long mtimeSeconds,
      int mtimeNanos,
      List<Attribute> attributes) {}

  /** An extended attribute; the name is bytes in Latin-1. */
  record Attribute(String name, byte[] value) {}

  /** A directory. */
  record Directory(byte[] path, Meta meta) implements Entry {}

  /** A regular file, with content in chunks. */
  record RegularFile(byte[] path, Meta meta, long size) implements Entry {}

  /** A symbolic link. */
  record Symlink(byte[] path, Meta meta, byte[] target) implements Entry {}

  /**
   * Another name of a file.
   *
   * @param file number of the file among the regular files before it
   */
  record HardLink(byte[] path, Meta meta, int file) implements Entry {}

  /** A named pipe. */
  record Fifo(byte[] path, Meta meta) implements Entry {}

  /** The character device 0:0 of an overlay: something is deleted here. */
  record Whiteout(byte[] path, Meta meta) implements Entry {}

  /** A unix socket; nobody listens on it elsewhere. */
  record Socket(byte[] path, Meta meta) implements Entry {}

  /** A device node. */
  record Device(byte[] path, Meta meta, boolean block, int major, int minor) implements Entry {}
}
