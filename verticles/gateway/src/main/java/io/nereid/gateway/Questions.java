package io.nereid.gateway;

import io.nereid.bus.BusClient;
import io.nereid.bus.Incarnations;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks the coordinator. A question that certainly reached nobody because there is no leader at the
 * moment is asked again for a few seconds, and one that changes nothing when another host leads
 * meanwhile; nothing else is ever repeated.
 */
final class Questions {
  private static final long NO_LEADER_PATIENCE_MS = 5_000;
  private static final long AGAIN_MS = 100;

  /** Change nothing. */
  private static final Set<String> READ =
      Stream.of(
              Addresses.LOCATE,
              Addresses.LIST,
              Addresses.NODES,
              Addresses.MIGRATION,
              Addresses.MIGRATIONS,
              Addresses.SNAPSHOTS,
              Addresses.FIND_SNAPSHOT,
              Addresses.SCHEDULE,
              Addresses.JOB,
              Addresses.VOLUMES,
              Addresses.FIND_VOLUME,
              Addresses.LAYER,
              Addresses.RECOVERIES)
          .map(Address::name)
          .collect(Collectors.toUnmodifiableSet());

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
    if (READ.contains(address.name())) {
      return new Reading<>(vertx, () -> ask(address, question, System.nanoTime()), this::leader)
          .start();
    }
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

  private Optional<String> leader() {
    return Incarnations.of(vertx).flatMap(Incarnations::leader);
  }

  /** Where a container is. */
  Future<Location> locate(String ref) {
    return ask(Addresses.LOCATE, new LocateRequest(ref));
  }

  private static boolean nobodyLeads(Failure failure) {
    return failure.code() == FailureCode.NO_LEADER && failure.certainty() == Certainty.DID_NOT_RUN;
  }
}
