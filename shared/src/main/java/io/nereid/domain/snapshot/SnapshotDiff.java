package io.nereid.domain.snapshot;

import io.nereid.domain.id.SnapshotId;
import java.util.List;

/**
 * What differs between two snapshots.
 *
 * @param files of the writable layer, by path; at most {@link #FILES_MAX}
 * @param filesInAll how many differ, listed or not
 * @param processes all that are in one of them, by number
 */
public record SnapshotDiff(
    SnapshotId from,
    SnapshotId to,
    List<FileChange> files,
    long filesInAll,
    List<ProcessChange> processes) {
  /** More are counted and not listed. */
  public static final int FILES_MAX = 5_000;

  /** What became of a file. */
  public enum Change {
    ADDED,
    REMOVED,
    CHANGED
  }

  /**
   * One file, directory, link or device.
   *
   * @param path as in the container
   * @param before its size, in bytes; 0 when it was not there, or is no regular file
   * @param after the same later
   */
  public record FileChange(String path, Change change, long before, long after) {}

  /**
   * The memory of one process, by its number in the container.
   *
   * @param bytesBefore that were in the snapshot; 0 when there was no such process
   * @param bytesAfter the same later
   * @param pagesChanged at an address where there was another content before, or none
   * @param bytesChanged the same in bytes
   * @param pagesGone that there were only before
   */
  public record ProcessChange(
      int process,
      long bytesBefore,
      long bytesAfter,
      long pagesChanged,
      long bytesChanged,
      long pagesGone) {}

  public SnapshotDiff {
    files = List.copyOf(files);
    processes = List.copyOf(processes);
  }
}
