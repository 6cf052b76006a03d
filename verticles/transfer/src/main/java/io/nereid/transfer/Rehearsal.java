package io.nereid.transfer;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.Term;
import io.nereid.linux.MountSafe;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferPort;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a few small sets from this host to itself: code that has never run is several times slower,
 * and the first to pay for it would be a frozen container. Leaves nothing; a failure is of no
 * consequence.
 */
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final int ROUNDS = 8;
  private static final int SMALL_FILES = 24;
  private static final int SMALL_BYTES = 3_000;
  private static final int PAGES_BYTES = 1 << 20;

  private final TransferPort transfer;
  private final Path scratch;

  Rehearsal(TransferPort transfer, Path scratch) {
    this.transfer = transfer;
    this.scratch = scratch;
  }

  /** Blocks for a second or two. */
  void run() {
    long began = System.nanoTime();
    try {
      Path dir = Files.createTempDirectory(scratch, "rehearsal-");
      try {
        for (int round = 0; round < ROUNDS; round++) {
          move(Files.createDirectory(dir.resolve("round-" + round)), new Random(round));
        }
      } finally {
        MountSafe.delete(dir);
      }
      log.debug("rehearsed for {} ms", (System.nanoTime() - began) / 1_000_000);
    } catch (IOException | FailureException e) {
      log.debug("the rehearsal ended early: {}", e.getMessage());
    }
  }

  private void move(Path dir, Random random) throws IOException {
    MigrationId migration = MigrationId.random();
    ContainerId container = ContainerId.random();
    Fence fence = new Fence(new Term(1), new Epoch(1));
    TransferTicket ticket =
        transfer.open(new ReceiveRequest(migration, container, fence, 16L * PAGES_BYTES));
    try {
      Path images = fill(dir.resolve("images"), random);
      Path upper = fill(dir.resolve("upper"), random);
      for (SetLabel label : SetLabel.values()) {
        Files.write(images.resolve("only-" + label), bytes(random, SMALL_BYTES));
        List<Tree> trees =
            List.of(new Tree(TreeKind.UPPER, upper), new Tree(TreeKind.IMAGES, images));
        transfer.send(
            new SendRequest(migration, container, ticket, label, trees, List.of(), 0),
            progress -> {});
        transfer.received(migration, label);
      }
    } finally {
      transfer.close(migration);
    }
  }

  private static Path fill(Path dir, Random random) throws IOException {
    Files.createDirectory(dir);
    for (int i = 0; i < SMALL_FILES; i++) {
      Files.write(dir.resolve("file-" + i), bytes(random, SMALL_BYTES));
    }
    Files.write(dir.resolve("pages-1.img"), bytes(random, PAGES_BYTES));
    return dir;
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
