package io.nereid.bus;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.codec.WireCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Sends requests and events. The only place where a delivery failure becomes a {@link Certainty}:
 *
 * <ul>
 *   <li>the host is no member, nobody leads, or NO_HANDLERS: it did not run;
 *   <li>RECIPIENT_FAILURE: the other side's own {@link Failure};
 *   <li>TIMEOUT and everything else: unknown.
 * </ul>
 *
 * Safe for any thread.
 */
public final class BusClient {
  private static final long GRACE_MS = 2_000;
  private final Vertx vertx;

  public BusClient(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Asks and expects an answer.
   *
   * @return the reply; or a failed future with a {@link FailureException} (see the class)
   */
  public <Q, R> Future<R> ask(Address<Q, R> address, Q request) {
    Buffer body;
    try {
      body = Buffer.buffer(WireCodec.encode(request));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
    Optional<String> place = place(address);
    if (place.isEmpty()) {
      return Future.failedFuture(nobodyThere(address, null));
    }
    return vertx
        .eventBus()
        .<Buffer>request(
            place.get(), body, new DeliveryOptions().setSendTimeout(address.timeoutMs()))
        .map(m -> WireCodec.decode(m.body().getBytes(), address.reply()))
        .recover(e -> Future.failedFuture(translate(address, e)));
  }

  /** Where the present incarnation of whoever is asked listens; none when there is none. */
  private Optional<String> place(Address<?, ?> address) {
    Optional<Incarnations> known = Incarnations.of(vertx);
    if (known.isEmpty()) {
      return Optional.of(address.name());
    }
    Incarnations incarnations = known.get();
    return address.host().map(incarnations::of).orElseGet(incarnations::leader).map(address::of);
  }

  /** The same, waiting; for virtual threads only. */
  public <Q, R> R askAndWait(Address<Q, R> address, Q request) {
    try {
      return ask(address, request)
          .toCompletionStage()
          .toCompletableFuture()
          .get(address.timeoutMs() + GRACE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | CompletionException e) {
      if (e.getCause() instanceof FailureException f) {
        throw new FailureException(f.failure(), f);
      }
      throw translate(address, e.getCause());
    } catch (TimeoutException e) {
      throw noAnswer(address, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailureException(
          Failure.unknown(FailureCode.CANCELLED, "interrupted while waiting for an answer", ""), e);
    }
  }

  /** Tells everyone who watches; nobody answers. */
  public <E> void publish(Address<E, Void> address, E event) {
    vertx.eventBus().publish(address.name(), Buffer.buffer(WireCodec.encode(event)));
  }

  /** Watches what is published; what cannot be read is ignored. The result ends the watching. */
  public <E> Runnable watch(Address<E, Void> address, Consumer<E> watcher) {
    var consumer =
        vertx
            .eventBus()
            .<Buffer>consumer(
                address.name(),
                m -> watcher.accept(WireCodec.decode(m.body().getBytes(), address.request())));
    return consumer::unregister;
  }

  private static FailureException translate(Address<?, ?> address, Throwable thrown) {
    if (thrown instanceof FailureException f) {
      return f;
    }
    if (thrown instanceof ReplyException reply) {
      return switch (reply.failureType()) {
        case NO_HANDLERS -> nobodyThere(address, reply);
        case RECIPIENT_FAILURE -> new FailureException(FailureReply.failureIn(reply), reply);
        case ERROR ->
            new FailureException(
                Failure.refused(
                    FailureCode.PROTOCOL,
                    "the message to " + address.name() + " could not be read there",
                    "both hosts must run the same version"),
                reply);
        case TIMEOUT -> noAnswer(address, reply);
      };
    }
    return new FailureException(
        Failure.unknown(
            FailureCode.INTERNAL, "asking " + address.name() + " failed: " + thrown, ""),
        thrown);
  }

  private static FailureException nobodyThere(Address<?, ?> address, Throwable cause) {
    Failure failure =
        address.isLeaders()
            ? Failure.refused(
                FailureCode.NO_LEADER,
                "no coordinator leads the cluster at the moment",
                "hosts may be starting or electing one: try again in a few seconds; if it lasts,"
                    + " fewer hosts are up than the cluster needs, or none runs a coordinator")
            : Failure.refused(
                FailureCode.NODE_LOST,
                "nobody listens at " + address.name(),
                "the host's daemon may be down or still joining; look at 'nereid nodes'");
    return new FailureException(failure, cause);
  }

  private static FailureException noAnswer(Address<?, ?> address, Throwable cause) {
    return new FailureException(
        new Failure(
            FailureCode.TIMEOUT,
            Certainty.UNKNOWN,
            "no answer from " + address.name() + " within " + address.timeoutMs() + " ms",
            "the host may be unreachable; whether it acted is not known",
            null),
        cause);
  }
}
