package io.nereid.nymph.snapshot;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.nymph.move.Helpers;
import io.nereid.port.Loan;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Hosts that can help with a container that comes here: those that hold a snapshot of it, the
 * freshest of each, or a layer that it needs. Blocks.
 */
public final class Neighbourhood implements Helpers {
  private final NodeId self;
  private final Supplier<List<SnapshotPlace>> places;
  private final Lenders lenders;

  /**
   * Prepares.
   *
   * @param places all snapshots and who holds them, the newest first
   * @param question asks another host's nymph
   */
  public Neighbourhood(
      NodeId self,
      Supplier<List<SnapshotPlace>> places,
      BiFunction<NodeId, SnapshotRequest, SnapshotReply> question) {
    this.self = self;
    this.places = places;
    this.lenders = new Lenders(self, question);
  }

  @Override
  public List<Loan> lend(ContainerId container, List<String> layers, NodeId source) {
    Map<NodeId, Optional<SnapshotId>> helpers = new LinkedHashMap<>();
    for (SnapshotPlace place : places.get()) {
      NodeId holder = place.holder();
      boolean asked = place.present() && !holder.equals(self) && !holder.equals(source);
      if (asked && place.snapshot().container().equals(container)) {
        helpers.merge(
            holder, Optional.of(place.snapshot().id()), (newer, older) -> newer.or(() -> older));
      } else if (asked && place.snapshot().layers().stream().anyMatch(layers::contains)) {
        helpers.putIfAbsent(holder, Optional.empty());
      }
    }
    List<SnapshotId> wanted =
        helpers.values().stream().flatMap(Optional::stream).distinct().toList();
    // What a host does not have of it, it does not lend.
    return helpers.isEmpty()
        ? List.of()
        : lenders.ask(List.copyOf(helpers.keySet()), wanted, layers);
  }
}
