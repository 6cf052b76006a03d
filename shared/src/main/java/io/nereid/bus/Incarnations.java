package io.nereid.bus;

import io.nereid.domain.id.NodeId;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.Optional;

/**
 * Tells the processes apart that were or are the same host. Every start of a daemon is an
 * incarnation of its own; requests go to the address of one of them.
 *
 * <p>Needed because the event bus does not reliably forget a member that was killed: Vert.x 5 keeps
 * what it has read of the registrations of an address and ignores the notice that registrations
 * were lost ({@code DefaultNodeSelector} does not implement {@code registrationsLost}), and a write
 * of the dead one may arrive after the clean-up. When the host had come back, requests went to both
 * in turn, and every second one ended by its time-out.
 *
 * <p>Never blocks; safe for any thread.
 */
public interface Incarnations extends Shareable {
  /** This process. */
  String self();

  /** The one that a host is at the moment; none when it is no member. */
  Optional<String> of(NodeId node);

  /** The one whose coordinator leads at the moment; none when no member has one. */
  Optional<String> leader();

  /** Makes a member of a cluster use them; before its first {@link BusServer} and client. */
  static void install(Vertx vertx, Incarnations incarnations) {
    holder(vertx).put(key(), incarnations);
  }

  /** What was installed; none on a bus that is not clustered. */
  static Optional<Incarnations> of(Vertx vertx) {
    return Optional.ofNullable(holder(vertx).get(key()));
  }

  private static LocalMap<String, Incarnations> holder(Vertx vertx) {
    return vertx.sharedData().getLocalMap(key());
  }

  private static String key() {
    return "io.nereid.bus.incarnations";
  }
}
