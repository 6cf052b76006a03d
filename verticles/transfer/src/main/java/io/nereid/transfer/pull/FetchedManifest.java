package io.nereid.transfer.pull;

import io.nereid.domain.id.NodeId;
import io.nereid.transfer.wire.PullRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/** Fetches the manifest of a tree into a file; it has not been checked then. */
public final class FetchedManifest {
  private static final long LOOK_MS = 500;

  private FetchedManifest() {}

  /**
   * Blocks until it is there.
   *
   * @throws IOException when nobody gives it
   */
  public static void fetch(PullPool pool, String tree, long bytes, Path file) throws IOException {
    AtomicBoolean lost = new AtomicBoolean();
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += PullRequest.PART_BYTES) {
        int length = (int) Math.min(PullRequest.PART_BYTES, bytes - at);
        pool.fetch(new Part(tree, at, length, out, lost));
      }
      while (!pool.awaitIdle(LOOK_MS)) {
        if (lost.get()) {
          pool.giveUp();
        }
      }
    }
    if (lost.get()) {
      throw new IOException(
          "nobody gives the list of a tree" + pool.complaint().map(c -> "; " + c).orElse(""));
    }
  }

  private static final class Part extends Span {
    private final long at;
    private final FileChannel out;
    private final AtomicBoolean lost;

    Part(String tree, long at, int length, FileChannel out, AtomicBoolean lost) {
      super(tree, PullRequest.MANIFEST, new int[] {(int) (at / PullRequest.PART_BYTES), 1}, length);
      this.at = at;
      this.out = out;
      this.lost = lost;
    }

    @Override
    protected boolean take(byte[] data, NodeId from) throws IOException {
      ByteBuffer in = ByteBuffer.wrap(data, 0, bytes());
      while (in.hasRemaining()) {
        out.write(in, at + in.position());
      }
      return true;
    }

    @Override
    protected void lost() {
      lost.set(true);
    }
  }
}
