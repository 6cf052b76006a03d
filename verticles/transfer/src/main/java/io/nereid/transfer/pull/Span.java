package io.nereid.transfer.pull;

import io.nereid.domain.id.NodeId;
import io.nereid.transfer.wire.PullRequest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Something that is fetched at once: chunks of one tree, or a part of its manifest. */
public abstract class Span {
  final String tree;
  final int kind;
  final int[] ranges;
  final int bytes;

  /** Who cannot give it. Guarded by the pool. */
  final Set<PullSource> cannot = new HashSet<>();

  /** Who has been asked and has not answered. Guarded by the pool. */
  final Set<PullSource> asked = new HashSet<>();

  /** Guarded by the pool. */
  boolean settled;

  /** When it was asked for last. Guarded by the pool. */
  long askedNanos;

  /**
   * Describes it.
   *
   * @param tree what hosts with the same content call it
   * @param kind as in {@link PullRequest}
   * @param ranges pairs of first chunk and count, ascending
   * @param bytes of the answer
   */
  protected Span(String tree, int kind, int[] ranges, int bytes) {
    this.tree = tree;
    this.kind = kind;
    this.ranges = ranges;
    this.bytes = bytes;
  }

  /** Pairs of first chunk and count. */
  protected final int[] ranges() {
    return ranges;
  }

  /** Of the answer. */
  protected final int bytes() {
    return bytes;
  }

  /**
   * It has arrived; on a thread that may block, and perhaps on two at once.
   *
   * @param data its bytes come first; it may only be used until this returns
   * @return false when it is not what was asked for: then another host is asked
   * @throws IOException when it cannot be written here
   */
  protected abstract boolean take(byte[] data, NodeId from) throws IOException;

  /** No host can give it; any thread, must not block. */
  protected abstract void lost();
}
