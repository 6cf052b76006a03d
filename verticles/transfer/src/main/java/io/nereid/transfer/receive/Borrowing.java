package io.nereid.transfer.receive;

import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.FileTable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** What of one part of an offer is fetched from neighbours instead of the sender. One thread. */
final class Borrowing {
  private record Lent(FileTable files, LongStream.Builder pairs) {}

  private final IncomingSet set;
  private final int first;
  private final Optional<Neighbours> helpers;
  private final BitSet chosen;
  private final Map<String, Lent> trees = new HashMap<>();
  private long bytes;
  private long left;

  Borrowing(IncomingSet set, int first, int count, Optional<Neighbours> helpers) {
    this.set = set;
    this.first = first;
    this.helpers = helpers;
    this.chosen = new BitSet(count);
  }

  /** A chunk could be had from a lent tree; takes it from there if that is sooner. */
  void offer(RemoteBase from, int there, int chunk) {
    choose(from.tree(), from.manifest().files(), there, chunk);
  }

  /** A chunk could be had from a host that has the same layer, where it has the same number. */
  void offerLayer(int chunk) {
    if (set.kind() == TreeKind.LAYER) {
      choose("layer " + set.layer(), set.manifest().files(), chunk, chunk);
    }
  }

  private void choose(String tree, FileTable files, int there, int chunk) {
    FileTable own = set.manifest().files();
    int length = own.lengthOf(own.fileOf(chunk), chunk);
    boolean wanted =
        helpers.isPresent()
            && files.lengthOf(files.fileOf(there), there) == length
            && helpers.get().have(tree)
            && helpers.get().areSooner(bytes + length, left + length);
    if (wanted) {
      bytes += length;
      chosen.set(chunk - first);
      trees
          .computeIfAbsent(tree, t -> new Lent(files, LongStream.builder()))
          .pairs
          .add((long) there << 32 | chunk);
    } else {
      left += length;
    }
  }

  /** Whether a chunk is fetched from a neighbour. */
  boolean has(int chunk) {
    return chosen.get(chunk - first);
  }

  /** Asks for all that was chosen. */
  void begin(AtomicLong verified) {
    trees.forEach((tree, lent) ->
        helpers
            .orElseThrow()
            .fetch(tree, lent.files(), set, lent.pairs().build().toArray(), verified));
  }
}
