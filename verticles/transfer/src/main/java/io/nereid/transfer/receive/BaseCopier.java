package io.nereid.transfer.receive;

import io.nereid.linux.BeneathDir.OpenFile;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.source.ContentTree;
import io.nereid.transfer.store.Base;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies chunks that are here already into a set that is arriving, in runs and on several threads.
 * A source that is unreadable or damaged only means that the chunk has to be sent.
 */
final class BaseCopier {
  private static final Logger log = LoggerFactory.getLogger(BaseCopier.class);
  private static final int RUN_BYTES_MAX = 256 * 1024;
  private static final int RUNS_PER_TASK = 16;

  private final IncomingSet set;
  private final FileTable files;
  private final List<Run> runs = new ArrayList<>();
  private Run last;

  /** Chunks that follow each other on both sides, each within one file. */
  private static final class Run {
    private final Base base;
    private final int from;
    private final int to;
    private final int fromFile;
    private final int toFile;
    private int count = 1;

    Run(Base base, int from, int to, int fromFile, int toFile) {
      this.base = base;
      this.from = from;
      this.to = to;
      this.fromFile = fromFile;
      this.toFile = toFile;
    }
  }

  BaseCopier(IncomingSet set) {
    this.set = set;
    this.files = set.manifest().files();
  }

  /** Plans to copy a chunk. */
  void add(Base base, int from, int to) {
    FileTable source = base.manifest().files();
    boolean joins =
        last != null
            && last.base == base
            && last.from + last.count == from
            && last.to + last.count == to
            && from < source.endChunk(last.fromFile)
            && to < files.endChunk(last.toFile)
            && (last.count + 1) * files.chunkBytes(last.toFile) <= RUN_BYTES_MAX;
    if (joins) {
      last.count++;
    } else {
      last = new Run(base, from, to, source.fileOf(from), files.fileOf(to));
      runs.add(last);
    }
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /**
   * Copies; chunks that are there afterwards are marked so, others are not.
   *
   * @throws IOException when the target cannot be written
   */
  void run(ExecutorService pool) throws IOException {
    List<Future<?>> tasks = new ArrayList<>();
    for (int i = 0; i < runs.size(); i += RUNS_PER_TASK) {
      List<Run> some = runs.subList(i, Math.min(runs.size(), i + RUNS_PER_TASK));
      tasks.add(
          pool.submit(() -> {
            copy(some);
            return null;
          }));
    }
    IOException failed = null;
    for (Future<?> task : tasks) {
      try {
        task.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failed = new IOException("interrupted while copying", e);
      } catch (ExecutionException e) {
        failed = e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  private void copy(List<Run> some) throws IOException {
    // Outside the heap, so that content which needs no look goes from file to file untouched.
    try (Arena arena = Arena.ofConfined();
        ChunkWriter writer = new ChunkWriter(set)) {
      ByteBuffer content = arena.allocate(RUN_BYTES_MAX).asByteBuffer();
      Base openBase = null;
      int openFile = -1;
      OpenFile in = null;
      Map<Base, ContentTree.Reader> packed = new HashMap<>();
      try {
        for (Run run : some) {
          if (run.base.content().isPresent()) {
            ContentTree tree = run.base.content().get();
            if (readPacked(packed.computeIfAbsent(run.base, b -> tree.reader()), run, content)) {
              place(run, content, writer);
            } else {
              lose(run);
            }
            continue;
          }
          if (openBase != run.base || openFile != run.fromFile) {
            closeQuietly(in);
            openBase = run.base;
            openFile = run.fromFile;
            in = openQuietly(run);
          }
          if (in == null || !read(in, run, content)) {
            lose(run);
          } else {
            place(run, content, writer);
          }
        }
      } finally {
        closeQuietly(in);
        packed.values().forEach(ContentTree.Reader::close);
      }
    }
  }

  private boolean readPacked(ContentTree.Reader from, Run run, ByteBuffer content) {
    content.clear().limit((int) files.bytesOf(run.to, run.count));
    try {
      from.read(run.from, run.count, content);
      return true;
    } catch (IOException | BufferOverflowException e) {
      log.warn("a snapshot cannot be read, its content will be sent: {}", e.getMessage());
      return false;
    }
  }

  private void place(Run run, ByteBuffer content, ChunkWriter writer) throws IOException {
    if (run.base.trusted()) {
      writer.write(run.toFile, run.to, content.flip());
      for (int i = 0; i < run.count; i++) {
        set.there(run.to + i);
      }
      return;
    }
    byte[] bytes = new byte[content.position()];
    content.flip().get(bytes);
    placeVerified(run, bytes, writer);
  }

  private void placeVerified(Run run, byte[] content, ChunkWriter writer) throws IOException {
    int at = 0;
    int goodFrom = 0;
    int goodAt = 0;
    for (int i = 0; i <= run.count; i++) {
      int length = i < run.count ? files.lengthOf(run.toFile, run.to + i) : 0;
      boolean good = i < run.count && writer.matches(run.to + i, content, at, length);
      if (!good) {
        if (goodFrom < i) {
          writer.write(run.toFile, run.to + goodFrom, content, goodAt, at - goodAt);
          for (int g = goodFrom; g < i; g++) {
            set.there(run.to + g);
          }
        }
        if (i < run.count) {
          log.debug("chunk {} of a base is damaged and will be sent", run.from + i);
          run.base.lost(run.from + i);
        }
        goodFrom = i + 1;
        goodAt = at + length;
      }
      at += length;
    }
  }

  private boolean read(OpenFile in, Run run, ByteBuffer content) {
    FileTable source = run.base.manifest().files();
    long offset = source.offsetIn(run.fromFile, run.from);
    int length = (int) files.bytesOf(run.to, run.count);
    content.clear().limit(length);
    try {
      while (content.hasRemaining()) {
        if (in.channel().read(content, offset + content.position()) <= 0) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      log.warn("a base cannot be read, its content will be sent: {}", e.getMessage());
      return false;
    }
  }

  private static OpenFile openQuietly(Run run) {
    try {
      return run.base.dir().openRead(run.base.manifest().file(run.fromFile).path());
    } catch (IOException e) {
      log.debug("a file of a base cannot be opened: {}", e.getMessage());
      return null;
    }
  }

  private static void lose(Run run) {
    for (int i = 0; i < run.count; i++) {
      run.base.lost(run.from + i);
    }
  }

  private static void closeQuietly(OpenFile file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        log.debug("closing a file of a base", e);
      }
    }
  }
}
