package io.nereid.testkit;

import io.nereid.linux.BeneathDir;
import io.nereid.linux.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * All that two equal trees have in common, one line for each entry: type, permissions, owner, time,
 * device, extended attributes, content, which names are one file, and where the data of large files
 * is. Holes count from 1 MiB on, in steps of 64 KiB.
 */
public final class TreeFacts {
  private static final long HOLES_FROM = 1L << 20;
  private static final int STEP = 64 * 1024;
  private final BeneathDir dir;
  private final List<String> lines = new ArrayList<>();
  private final Map<Long, String> seen = new HashMap<>();

  private TreeFacts(BeneathDir dir) {
    this.dir = dir;
  }

  /** Reads a tree. */
  public static List<String> of(Path root) throws IOException {
    try (BeneathDir dir = BeneathDir.open(root)) {
      TreeFacts facts = new TreeFacts(dir);
      facts.entry(new byte[0]);
      return facts.lines;
    }
  }

  private void entry(byte[] path) throws IOException {
    FileStatus s = dir.status(path);
    StringBuilder line = new StringBuilder(new String(path, StandardCharsets.ISO_8859_1));
    line.append(" mode ").append(Integer.toOctalString(s.mode()));
    line.append(" owner ").append(s.uid()).append(':').append(s.gid());
    line.append(" time ").append(s.mtimeSeconds()).append('.').append(s.mtimeNanos());
    if (s.isCharDevice() || s.isBlockDevice()) {
      line.append(" device ").append(s.rdevMajor()).append(':').append(s.rdevMinor());
    }
    for (String name : dir.attributeNames(path).stream().sorted().toList()) {
      line.append(' ').append(name).append('=');
      line.append(HexFormat.of().formatHex(dir.attribute(path, name)));
    }
    if (s.isSymlink()) {
      line.append(" -> ").append(new String(dir.readLink(path), StandardCharsets.ISO_8859_1));
    }
    String first = s.isDirectory() ? null : seen.putIfAbsent(s.inode(), line.toString());
    if (first != null) {
      line.append(" is also ").append(first);
    } else if (s.isFile()) {
      line.append(" size ").append(s.size()).append(content(path, s.size()));
    }
    lines.add(line.toString());
    if (s.isDirectory()) {
      List<byte[]> names = new ArrayList<>(dir.list(path, 1_000_000));
      names.sort(Arrays::compareUnsigned);
      for (byte[] name : names) {
        entry(join(path, name));
      }
    }
  }

  private String content(byte[] path, long size) throws IOException {
    MessageDigest sha = sha();
    StringBuilder data = new StringBuilder();
    ByteBuffer step = ByteBuffer.allocate(STEP);
    try (BeneathDir.OpenFile file = dir.openRead(path)) {
      for (long at = 0; at < size; at += STEP) {
        if (size >= HOLES_FROM) {
          long next = dir.nextData(path, at);
          if (next >= size) {
            break;
          }
          at = next / STEP * STEP;
          data.append(' ').append(at / STEP);
        }
        step.clear();
        while (step.hasRemaining() && file.channel().read(step, at + step.position()) > 0) {}
        sha.update(step.flip());
      }
    }
    return " sha256 " + HexFormat.of().formatHex(sha.digest()) + " data" + data;
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
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
