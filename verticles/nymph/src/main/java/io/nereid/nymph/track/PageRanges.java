package io.nereid.nymph.track;

import java.util.Arrays;

/** Ranges of addresses in ascending order that neither overlap nor touch. Immutable. */
public final class PageRanges {
  /** None. */
  public static final PageRanges EMPTY = new PageRanges(new long[0]);

  /** The beginning of each, then its end, which is not part of it. */
  private final long[] bounds;

  private PageRanges(long[] bounds) {
    this.bounds = bounds;
  }

  /** Puts ranges together, in ascending order. For one thread. */
  static final class Builder {
    private final int most;
    private long[] bounds = new long[64];
    private int used;

    /**
     * Takes down so many at most.
     *
     * @param most ranges
     */
    Builder(int most) {
      this.most = most;
    }

    /** Returns false when there are too many: then it is of no use any more. */
    boolean add(long start, long end) {
      if (used > 0 && bounds[used - 1] == start) {
        bounds[used - 1] = end;
        return true;
      }
      if (used == 2 * most) {
        return false;
      }
      if (used == bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * used);
      }
      bounds[used++] = start;
      bounds[used++] = end;
      return true;
    }

    PageRanges build() {
      return used == 0 ? EMPTY : new PageRanges(Arrays.copyOf(bounds, used));
    }
  }

  /** How many there are. */
  public int count() {
    return bounds.length / 2;
  }

  /** Their length in bytes. */
  public long bytes() {
    long bytes = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      bytes += bounds[i + 1] - bounds[i];
    }
    return bytes;
  }

  /** What is in these and not in others. */
  public PageRanges without(PageRanges others) {
    if (bounds.length == 0 || others.bounds.length == 0) {
      return this;
    }
    Builder rest = new Builder(Integer.MAX_VALUE / 4);
    int other = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      long start = bounds[i];
      long end = bounds[i + 1];
      while (other < others.bounds.length && others.bounds[other + 1] <= start) {
        other += 2;
      }
      for (int at = other; at < others.bounds.length && others.bounds[at] < end; at += 2) {
        if (others.bounds[at] > start) {
          rest.add(start, others.bounds[at]);
        }
        start = Math.max(start, others.bounds[at + 1]);
      }
      if (start < end) {
        rest.add(start, end);
      }
    }
    return rest.build();
  }

  /** Goes through addresses in ascending order. For one thread. */
  public Cursor cursor() {
    return new Cursor();
  }

  /** Knows where it is, so that it need not look for each address. */
  public final class Cursor {
    private int at;

    /** Whether a page is in one of the ranges; addresses must not become smaller. */
    public boolean has(long address) {
      while (at < bounds.length && bounds[at + 1] <= address) {
        at += 2;
      }
      return at < bounds.length && bounds[at] <= address;
    }

    /**
     * How far after an address it stays as {@link #has} said of it last.
     *
     * @return an address, at most {@code limit}
     */
    public long until(long address, long limit) {
      if (at >= bounds.length) {
        return limit;
      }
      return Math.min(limit, bounds[at] <= address ? bounds[at + 1] : bounds[at]);
    }
  }
}
