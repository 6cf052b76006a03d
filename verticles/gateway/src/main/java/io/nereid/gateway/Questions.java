package io.nereid.gateway;

import io.nereid.bus.BusClient;
import io.nereid.domain.container.Location;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * Asks the coordinator. A question that certainly reached nobody because there is no leader at the
 * moment is asked again for a few seconds; nothing else is ever repeated.
 */
final class Questions {
  private static final long NO_LEADER_PATIENCE_MS = 5_000;
  private static final long AGAIN_MS = 100;

  private final Vertx vertx;
  private final BusClient bus;

  Questions(Vertx vertx, BusClient bus) {
    this.vertx = vertx;
    this.bus = bus;
  }

  BusClient bus() {
    return bus;
  }

  /**
   * Asks the leader.
   *
   * @return the reply; or a failed future with a {@link FailureException}
   */
  <Q, R> Future<R> ask(Address<Q, R> address, Q question) {
    return ask(address, question, System.nanoTime());
  }

  private <Q, R> Future<R> ask(Address<Q, R> address, Q question, long since) {
    return bus.ask(address, question)
        .recover(e -> {
          boolean again =
              nobodyLeads(FailureException.failureOf(e))
                  && System.nanoTime() - since
                      < TimeUnit.MILLISECONDS.toNanos(NO_LEADER_PATIENCE_MS);
          return again
              ? vertx.timer(AGAIN_MS).compose(t -> ask(address, question, since))
              : Future.failedFuture(e);
        });
  }

  /** Where a container is. */
  Future<Location> locate(String ref) {
    return ask(Addresses.LOCATE, new LocateRequest(ref));
  }

  private static boolean nobodyLeads(Failure failure) {
    return failure.code() == FailureCode.NO_LEADER && failure.certainty() == Certainty.DID_NOT_RUN;
  }
}
