package io.nereid.port;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import java.util.List;
import java.util.Optional;

/**
 * What a host lends to another one for a while: content of snapshots and layers, to be fetched with
 * a ticket.
 *
 * @param host that lends
 * @param ticket with which its data port gives it
 */
public record Loan(NodeId host, TransferTicket ticket, List<Item> items) {
  /** One tree; its place in the list is its number. */
  public record Item(
      TreeKind kind,
      Optional<SnapshotId> snapshot,
      Optional<String> layer,
      String manifest,
      long manifestBytes) {
    /**
     * What it is.
     *
     * @param snapshot whose tree it is; absent for a layer
     * @param layer digest of the layer; absent for a snapshot's tree
     * @param manifest SHA-256 of its manifest's file, in hexadecimal digits; empty for a layer,
     *     whose own digest says more
     */
    public Item {
      if (snapshot.isPresent() == layer.isPresent()) {
        throw new IllegalArgumentException("a loan's item is of a snapshot or of a layer");
      }
    }
  }

  /** Trees that may be lent at once. */
  public static final int ITEMS_MAX = 256;

  public Loan {
    items = List.copyOf(items);
    if (items.size() > ITEMS_MAX) {
      throw new IllegalArgumentException(items.size() + " items are more than " + ITEMS_MAX);
    }
  }
}
