package io.nereid.transfer.pull;

import io.nereid.domain.id.NodeId;
import io.nereid.transfer.wire.PullRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    CountDownLatch open =
        new CountDownLatch(Math.toIntExact((bytes - 1) / PullRequest.PART_BYTES + 1));
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += PullRequest.PART_BYTES) {
        int length = (int) Math.min(PullRequest.PART_BYTES, bytes - at);
        pool.fetch(new Part(tree, at, length, out, lost, open));
      }
      while (!open.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
        pool.check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while fetching");
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
    private final CountDownLatch open;

    Part(
        String tree,
        long at,
        int length,
        FileChannel out,
        AtomicBoolean lost,
        CountDownLatch open) {
      super(tree, PullRequest.MANIFEST, new int[] {(int) (at / PullRequest.PART_BYTES), 1}, length);
      this.at = at;
      this.out = out;
      this.lost = lost;
      this.open = open;
    }

    @Override
    protected boolean take(byte[] data, NodeId from) throws IOException {
      ByteBuffer in = ByteBuffer.wrap(data, 0, bytes());
      while (in.hasRemaining()) {
        out.write(in, at + in.position());
      }
      open.countDown();
      return true;
    }

    @Override
    protected void lost() {
      lost.set(true);
      open.countDown();
    }
  }
}
