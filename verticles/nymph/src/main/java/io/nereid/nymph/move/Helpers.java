package io.nereid.nymph.move;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.port.Loan;
import java.util.List;

/** Finds hosts that have something of a container that is coming here. Blocks, but not for long. */
@FunctionalInterface
public interface Helpers {
  /**
   * What they lend.
   *
   * @param layers digests of its layers that are not here
   * @param source is not asked: it sends anyway
   */
  List<Loan> lend(ContainerId container, List<String> layers, NodeId source);
}
