package io.nereid.nymph.snapshot;

import io.nereid.domain.snapshot.SnapshotDiff;
import io.nereid.domain.snapshot.SnapshotDiff.Change;
import io.nereid.domain.snapshot.SnapshotDiff.FileChange;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What differs between two trees of files; links are never followed. Blocks. */
final class TreeDiff {
  private static final String IDENTITY = "unix:mode,uid,gid,rdev";
  private final List<FileChange> changes = new ArrayList<>();
  private long inAll;

  private TreeDiff() {}

  /** Compares. */
  static TreeDiff of(Path from, Path to) throws IOException {
    Map<String, Path> before = entries(from);
    Map<String, Path> after = entries(to);
    TreeMap<String, Boolean> all = new TreeMap<>();
    before.keySet().forEach(name -> all.put(name, true));
    after.keySet().forEach(name -> all.put(name, true));
    TreeDiff diff = new TreeDiff();
    for (String name : all.keySet()) {
      diff.compare(name, before.get(name), after.get(name));
    }
    return diff;
  }

  List<FileChange> changes() {
    return changes;
  }

  /** How many there are, listed or not. */
  long inAll() {
    return inAll;
  }

  private void compare(String name, Path before, Path after) throws IOException {
    if (before == null) {
      add(new FileChange(name, Change.ADDED, 0, size(after)));
    } else if (after == null) {
      add(new FileChange(name, Change.REMOVED, size(before), 0));
    } else if (!same(before, after)) {
      add(new FileChange(name, Change.CHANGED, size(before), size(after)));
    }
  }

  private void add(FileChange change) {
    inAll++;
    if (changes.size() < SnapshotDiff.FILES_MAX) {
      changes.add(change);
    }
  }

  private static boolean same(Path a, Path b) throws IOException {
    if (!Files.readAttributes(a, IDENTITY, LinkOption.NOFOLLOW_LINKS)
        .equals(Files.readAttributes(b, IDENTITY, LinkOption.NOFOLLOW_LINKS))) {
      return false;
    }
    if (Files.isSymbolicLink(a)) {
      return Files.readSymbolicLink(a).equals(Files.readSymbolicLink(b));
    }
    return !isRegular(a) || Files.mismatch(a, b) < 0;
  }

  private static long size(Path file) throws IOException {
    return isRegular(file) ? Files.size(file) : 0;
  }

  private static boolean isRegular(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static Map<String, Path> entries(Path root) throws IOException {
    Map<String, Path> entries = new TreeMap<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) {
            return visitFile(directory, a);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            if (!file.equals(root)) {
              entries.put("/" + root.relativize(file), file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return entries;
  }
}
