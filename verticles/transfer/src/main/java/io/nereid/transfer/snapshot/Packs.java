package io.nereid.transfer.snapshot;

import io.nereid.linux.MountSafe;
import io.nereid.transfer.store.PrivateDirs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The packs of one store, and the index over them, which is made when it is first needed. A number
 * is not given to a second pack as long as this program runs. One thread at a time.
 */
final class Packs {
  private static final Logger log = LoggerFactory.getLogger(Packs.class);
  private final Path dir;
  private final DamagedChunks damaged;
  private PackIndex index;
  private int highest;

  Packs(Path dir) throws IOException {
    this.dir = PrivateDirs.make(dir);
    SortedMap<Integer, Path> there = directories();
    this.highest = there.isEmpty() ? 0 : there.lastKey();
    this.damaged = DamagedChunks.load(there);
  }

  Path dir() {
    return dir;
  }

  /** What must not be referred to any more. */
  DamagedChunks damaged() {
    return damaged;
  }

  Path content(int number) {
    return directory(number).resolve("content");
  }

  Path list(int number) {
    return directory(number).resolve("list");
  }

  Path directory(int number) {
    return dir.resolve(Integer.toString(number));
  }

  boolean isEmpty() throws IOException {
    return directories().isEmpty();
  }

  /** Whether giving back parts of a pack was interrupted. */
  boolean hasHalfThinned() throws IOException {
    return directories().values().stream().anyMatch(PackSweep::isHalfDone);
  }

  /** The number of a pack that is about to be written. */
  int nextNumber() {
    return ++highest;
  }

  /** Makes a pack that was written elsewhere in the same directory a part of the store. */
  void adopt(Path staged, int number) throws IOException {
    Files.move(staged, directory(number), StandardCopyOption.ATOMIC_MOVE);
    sync(dir);
  }

  /** Finds what is in an adopted pack from now on. */
  void offer(int number) throws IOException {
    if (index != null && !index.add(Pack.open(number, list(number)))) {
      log.warn("there are too many chunks: what comes is not compared with pack {}", number);
    }
  }

  /** Takes a pack back that was to be adopted. */
  void withdraw(int number) throws IOException {
    if (Files.exists(directory(number))) {
      MountSafe.delete(directory(number));
    }
  }

  PackIndex index() throws IOException {
    if (index == null) {
      PackIndex fresh = new PackIndex();
      try {
        for (Map.Entry<Integer, Path> pack : directories().entrySet()) {
          int number = pack.getKey();
          fresh.add(Pack.open(number, list(number)), damaged.of(number));
        }
      } catch (IOException | RuntimeException e) {
        fresh.close();
        throw e;
      }
      index = fresh;
    }
    return index;
  }

  /** What is in packs is about to change, or has. */
  void forgetIndex() {
    if (index != null) {
      index.close();
      index = null;
    }
  }

  /** Gives back what is not needed. */
  void sweep(PackSweep sweep) throws IOException {
    forgetIndex();
    sweep.sweep(directories());
    damaged.keepOnly(directories(), sweep);
  }

  SortedMap<Integer, Path> directories() throws IOException {
    SortedMap<Integer, Path> found = new TreeMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(dir)) {
      for (Path one : all) {
        String name = one.getFileName().toString();
        if (name.matches("\\d{1,9}")) {
          found.put(Integer.valueOf(name), one);
        }
      }
    }
    return found;
  }

  /** Returns when the disk has the names in a directory. */
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
