package io.nereid.port;

import io.nereid.domain.id.SnapshotId;
import java.util.List;

/**
 * Parts of the images of a new snapshot that are as an earlier one has them: they are not read, and
 * may be holes in the files. The new snapshot is complete all the same, and does not need the
 * earlier one afterwards.
 *
 * @param base a snapshot of the same host, held until the new one is stored
 * @param ranges in any order, none overlapping another
 */
public record BasedOn(SnapshotId base, List<Range> ranges) {
  public BasedOn {
    ranges = List.copyOf(ranges);
  }

  /**
   * A part of a file, in whole pages of 4 KiB.
   *
   * @param file name of a file of pages in the new images
   * @param offset in it
   * @param baseFile name of a file of pages in the base's images
   * @param baseOffset in that
   */
  public record Range(String file, long offset, String baseFile, long baseOffset, long bytes) {}

  /** Bytes of all ranges. */
  public long bytes() {
    return ranges.stream().mapToLong(Range::bytes).sum();
  }
}
