package io.nereid.bus;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.codec.WireCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests. A handler's {@link FailureException} travels to the caller as it is; any other
 * exception becomes INTERNAL and is logged here. Registrations are removed by {@link #close}.
 */
public final class BusServer {
  private static final Logger LOG = LoggerFactory.getLogger(BusServer.class);
  private final Vertx vertx;
  private final ExecutorService threads;
  private final List<MessageConsumer<Buffer>> consumers = new CopyOnWriteArrayList<>();

  public BusServer(Vertx vertx) {
    this.vertx = vertx;
    this.threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("bus-", 0).factory());
  }

  /**
   * Serves an address with a handler that may block: each request runs on a virtual thread of its
   * own.
   *
   * @return completes when the whole cluster can reach it
   */
  public <Q, R> Future<Void> serveBlocking(Address<Q, R> address, Function<Q, R> handler) {
    return register(
        address,
        message ->
            threads.execute(() -> {
              try {
                reply(message, handler.apply(decode(address, message)));
              } catch (RuntimeException | Error e) {
                fail(address, message, e);
              }
            }));
  }

  /**
   * Serves an address with a handler that never blocks; it runs on an event loop.
   *
   * @return completes when the whole cluster can reach it
   */
  public <Q, R> Future<Void> serve(Address<Q, R> address, Function<Q, Future<R>> handler) {
    return register(
        address,
        message -> {
          try {
            handler
                .apply(decode(address, message))
                .onSuccess(r -> reply(message, r))
                .onFailure(e -> fail(address, message, e));
          } catch (RuntimeException e) {
            fail(address, message, e);
          }
        });
  }

  private <Q> Future<Void> register(
      Address<Q, ?> address, io.vertx.core.Handler<Message<Buffer>> handler) {
    String place = Incarnations.of(vertx).map(i -> address.of(i.self())).orElseGet(address::name);
    MessageConsumer<Buffer> consumer = vertx.eventBus().consumer(place, handler);
    consumers.add(consumer);
    return consumer.completion();
  }

  private static <Q> Q decode(Address<Q, ?> address, Message<Buffer> message) {
    return WireCodec.decode(message.body().getBytes(), address.request());
  }

  private static void reply(Message<Buffer> message, Object reply) {
    message.reply(Buffer.buffer(WireCodec.encode(reply)));
  }

  private static void fail(Address<?, ?> address, Message<Buffer> message, Throwable thrown) {
    Failure failure = FailureException.failureOf(thrown);
    if (failure.code() == FailureCode.INTERNAL) {
      LOG.error("request at {} failed unexpectedly", address.name(), thrown);
    }
    message.fail(FailureReply.CODE, FailureReply.encode(failure));
  }

  /**
   * Unregisters everything; requests under way still get their answers.
   *
   * @return completes when the cluster knows
   */
  public Future<Void> close() {
    List<Future<Void>> pending = new ArrayList<>();
    for (MessageConsumer<Buffer> consumer : consumers) {
      pending.add(consumer.unregister());
    }
    consumers.clear();
    return Future.join(pending).<Void>mapEmpty().onComplete(done -> threads.shutdown());
  }
}
