package io.nereid.nymph.criu.rpc;

import java.util.ArrayList;
import java.util.List;

/**
 * What CRIU's RPC can be asked about.
 *
 * @param memTrack the kernel tells which pages were written (soft-dirty or PAGEMAP_SCAN)
 * @param lazyPages memory can follow after the restore (userfaultfd)
 * @param pidfdStore reuse of process ids can be noticed between iterations
 */
public record CriuFeatures(boolean memTrack, boolean lazyPages, boolean pidfdStore) {
  /** The names of those that work, as CRIU spells them. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    if (memTrack) {
      names.add("mem_track");
    }
    if (lazyPages) {
      names.add("lazy_pages");
    }
    if (pidfdStore) {
      names.add("pidfd_store");
    }
    return List.copyOf(names);
  }
}
