package io.nereid.nymph.move;

import io.nereid.domain.failure.FailureException;
import io.nereid.linux.MountSafe;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.memory.FrozenMemory;
import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.nymph.net.NetworkRehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a move does to memory and images, on this daemon's own memory: code that has never run
 * is several times slower, and the first to pay for it would be a frozen container. Touches no
 * container and leaves nothing; a failure is of no consequence. Blocks for about a second.
 */
public final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final long BYTES = 24L << 20;
  private static final int ROUNDS = 3;

  private Rehearsal() {}

  /** Runs it in a directory of its own, which is made and removed. */
  public static void run(Path dir) {
    try {
      // Of a daemon that was killed in the middle of it.
      MountSafe.delete(dir);
      Files.createDirectories(dir);
      try {
        for (int round = 0; round < ROUNDS; round++) {
          dump(Files.createDirectory(dir.resolve("round-" + round)));
        }
        NetworkRehearsal.run();
      } finally {
        MountSafe.delete(dir);
      }
    } catch (IOException | FailureException e) {
      LOG.debug("the rehearsal ended early: {}", e.getMessage());
    }
  }

  private static void dump(Path dir) throws IOException {
    List<Integer> self = List.of((int) ProcessHandle.current().pid());
    Path ahead = Files.createDirectory(dir.resolve("ahead"));
    Path images = Files.createDirectory(dir.resolve("images"));
    try (MemorySnapshot before = MemorySnapshot.take(self, ahead, BYTES, () -> true)) {
      leaveOut(ahead, images);
      FrozenMemory memory = new FrozenMemory(before, self);
      memory.compare(1);
      memory.write(images, Files.createDirectory(images.resolve(ImageChain.MEMORY)));
      ImageChain.link(images, List.of(ahead), false);
    }
  }

  /** Page maps as of a dump without memory. */
  private static void leaveOut(Path ahead, Path images) throws IOException {
    for (Path map : PagemapFile.all(ahead).values()) {
      PagemapFile whole = PagemapFile.read(map);
      List<Area> areas = whole.areas().stream().map(a -> a.with(PagemapFile.LAZY)).toList();
      new PagemapFile(whole.pagesId(), areas).write(images.resolve(map.getFileName()));
    }
  }
}
