package io.nereid.nymph.postcopy;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.postcopy.RemotePages.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * The way through all pages in their order, of which others find out ahead whether they are as they
 * were sent. Leaves out what was told on the same connection because somebody waited for it. Used
 * by one thread; the others only compare.
 */
final class Walk {
  private static final int PAGE_BYTES = PagemapFile.PAGE_BYTES;

  /** 2 MiB are compared at a time. */
  private static final int BLOCK_PAGES = 512;

  /** Pages of one kind that follow each other. */
  record Part(Run run, long address, int pages, boolean same) {}

  private record Block(Run run, long address, int pages) {}

  private final PageFeed.Memory memory;
  private final List<Run> runs;
  private final List<Block> blocks = new ArrayList<>();
  private final List<CompletableFuture<BitSet>> found = new ArrayList<>();
  private final Executor threads;
  private final int window;
  private final Runnable ready;
  private final BitSet told = new BitSet();
  private int block;
  private int within;

  Walk(PageFeed.Memory memory, List<Run> runs, Executor threads, int window, Runnable ready) {
    this.memory = memory;
    this.runs = List.copyOf(runs);
    this.threads = threads;
    this.window = window;
    this.ready = ready;
    for (Run run : runs) {
      for (long done = 0; done < run.pages(); done += BLOCK_PAGES) {
        blocks.add(
            new Block(
                run,
                run.address() + done * PAGE_BYTES,
                (int) Math.min(BLOCK_PAGES, run.pages() - done)));
        found.add(null);
      }
    }
    compareAhead();
  }

  private void compareAhead() {
    for (int i = block; i < Math.min(blocks.size(), block + window); i++) {
      if (found.get(i) == null) {
        Block next = blocks.get(i);
        CompletableFuture<BitSet> result = new CompletableFuture<>();
        found.set(i, result);
        threads.execute(() -> {
          try {
            result.complete(memory.same(next.run().process(), next.address(), next.pages()));
          } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
          } finally {
            ready.run();
          }
        });
      }
    }
  }

  /** Goes to the first page that is not before an address; nothing counts as told. */
  void seek(int process, long address) {
    told.clear();
    within = 0;
    block = 0;
    while (block < blocks.size() && isBefore(blocks.get(block), process, address)) {
      block++;
    }
    if (block < blocks.size()) {
      Block there = blocks.get(block);
      if (there.run().process() == process && there.address() < address) {
        within = (int) ((address - there.address()) / PAGE_BYTES);
      }
    }
    compareAhead();
  }

  private static boolean isBefore(Block block, int process, long address) {
    int mine = block.run().process();
    return mine < process
        || (mine == process && block.address() + (long) block.pages() * PAGE_BYTES <= address);
  }

  boolean atEnd() {
    return block >= blocks.size();
  }

  /** Whether {@link #next} has something to say. */
  boolean isReady() {
    return atEnd() || found.get(block).isDone();
  }

  /** The next pages, or null when there are none or it is not known yet what they are. */
  Part next() {
    while (!atEnd() && found.get(block).isDone()) {
      Block now = blocks.get(block);
      int index = now.run().index(now.address());
      within = told.nextClearBit(index + within) - index;
      if (within >= now.pages()) {
        block++;
        within = 0;
        compareAhead();
        continue;
      }
      BitSet same = same(block);
      boolean as = same.get(within);
      int change = as ? same.nextClearBit(within) : same.nextSetBit(within);
      int already = told.nextSetBit(index + within);
      int to = now.pages();
      to = change < 0 ? to : Math.min(to, change);
      to = already < 0 ? to : Math.min(to, already - index);
      to = as ? to : Math.min(to, within + Frame.CONTENT_PAGES_MAX);
      Part part = new Part(now.run(), now.address() + (long) within * PAGE_BYTES, to - within, as);
      within = to;
      return part;
    }
    return null;
  }

  private BitSet same(int number) {
    try {
      return found.get(number).join();
    } catch (CompletionException e) {
      throw new PageFeed.MemoryGoneException(e.getCause());
    }
  }

  /** These were told because somebody waited for them. */
  void told(Run run, long address, int pages) {
    int from = run.index(address);
    told.set(from, from + pages);
  }

  /** Where a page belongs, or null. */
  Run run(int process, long address) {
    int low = 0;
    int high = runs.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Run run = runs.get(middle);
      if (process < run.process() || (process == run.process() && address < run.address())) {
        high = middle - 1;
      } else if (process > run.process() || address >= run.end()) {
        low = middle + 1;
      } else {
        return run;
      }
    }
    return null;
  }
}
