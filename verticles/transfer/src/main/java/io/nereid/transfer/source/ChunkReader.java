package io.nereid.transfer.source;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.linux.BeneathDir.OpenFile;
import io.nereid.linux.ErrnoException;
import io.nereid.linux.FileStatus;
import io.nereid.transfer.manifest.Entry;
import io.nereid.transfer.manifest.FileTable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads chunks of one set, keeping the last file open. One thread. Notices files that are not as
 * they were when they were scanned.
 */
public final class ChunkReader implements AutoCloseable {
  private final SourceSet set;
  private final FileTable files;
  private int openNumber = -1;
  private OpenFile open;

  public ChunkReader(SourceSet set) {
    this.set = set;
    this.files = set.manifest().files();
  }

  /**
   * Reads chunks of one file that follow each other.
   *
   * @param into takes the bytes at its position, which moves on
   * @return how many bytes there were; fewer than asked for only in a tolerant set
   * @throws FailureException WRONG_STATE when the file has changed and may not
   */
  public int read(int file, int chunk, int count, ByteBuffer into) throws IOException {
    long offset = files.offsetIn(file, chunk);
    int wanted = (int) (Math.min(files.size(file), files.offsetIn(file, chunk + count)) - offset);
    OpenFile from;
    try {
      from = open(file);
    } catch (ErrnoException e) {
      return changed(file, 0, e.getMessage());
    }
    int limit = into.limit();
    int done = 0;
    into.limit(into.position() + wanted);
    try {
      while (done < wanted) {
        int n = from.channel().read(into, offset + done);
        if (n <= 0) {
          return changed(file, done, "it is shorter than before");
        }
        done += n;
      }
    } finally {
      into.limit(limit);
    }
    return done;
  }

  private OpenFile open(int file) throws IOException {
    if (openNumber == file) {
      return open;
    }
    close();
    Entry.RegularFile entry = set.manifest().file(file);
    open = set.dir().openRead(entry.path());
    openNumber = file;
    if (set.strict() && !isAsScanned(open.status(), entry)) {
      throw changedFailure(file, "size or time of change differ");
    }
    return open;
  }

  private static boolean isAsScanned(FileStatus status, Entry.RegularFile entry) {
    return status.size() == entry.size()
        && status.mtimeSeconds() == entry.meta().mtimeSeconds()
        && status.mtimeNanos() == entry.meta().mtimeNanos();
  }

  /** Throws when any file of a strict set is not as it was scanned: to explain a failure. */
  public void requireUnchanged() throws IOException {
    if (!set.strict()) {
      return;
    }
    for (int file = 0; file < files.count(); file++) {
      Entry.RegularFile entry = set.manifest().file(file);
      boolean same;
      try {
        same = isAsScanned(set.dir().status(entry.path()), entry);
      } catch (ErrnoException e) {
        same = false;
      }
      if (!same) {
        throw changedFailure(file, "size or time of change differ");
      }
    }
  }

  private int changed(int file, int done, String why) {
    if (set.tolerant()) {
      return done;
    }
    throw changedFailure(file, why);
  }

  /** The failure for a file that is not as it was. */
  public FailureException changedFailure(int file, String why) {
    return new FailureException(
        Failure.of(
            FailureCode.WRONG_STATE,
            set.manifest().file(file).shownPath()
                + " in "
                + set.root()
                + " changed while it was being sent: "
                + why,
            "what is sent must not change; repeat when nothing writes to it"));
  }

  @Override
  public void close() {
    openNumber = -1;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Nothing was written through it.
        org.slf4j.LoggerFactory.getLogger(ChunkReader.class).debug("closing a file", e);
      }
      open = null;
    }
  }
}
