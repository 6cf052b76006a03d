package io.nereid.transfer.store;

import io.nereid.linux.BeneathDir;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.ContentTree;
import java.util.Optional;

/** A tree that is here and from which chunks can be copied. */
public interface Base {
  /** What is in it. */
  Manifest manifest();

  /** Where its files are. */
  BeneathDir dir();

  /** How its content is read when it is not in files of {@link #dir}. */
  default Optional<ContentTree> content() {
    return Optional.empty();
  }

  /**
   * True when this process has verified its chunks as they arrived, in this session. Otherwise a
   * chunk is hashed again as it is copied: the disk may have lost or changed it.
   */
  boolean trusted();

  /** False for a chunk that is not there (yet, or any more). */
  boolean has(int chunk);

  /** A chunk turned out to be missing or damaged. */
  void lost(int chunk);
}
