package io.nereid.gateway;

import io.nereid.protocol.codec.WireCodec;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import java.util.function.Function;

/** Turns what a route gives into a response; whatever fails ends in {@link Problems}. */
final class Replies {
  private static final int OK = 200;

  private Replies() {}

  static Handler<RoutingContext> of(Function<RoutingContext, Future<?>> route) {
    return of(OK, route);
  }

  static Handler<RoutingContext> of(int status, Function<RoutingContext, Future<?>> route) {
    return guarded(context ->
        route
            .apply(context)
            .onSuccess(reply -> send(context, status, reply))
            .onFailure(context::fail));
  }

  /** For routes that answer themselves. */
  static Handler<RoutingContext> guarded(Consumer<RoutingContext> route) {
    return context -> {
      try {
        route.accept(context);
      } catch (RuntimeException e) {
        context.fail(e);
      }
    };
  }

  private static void send(RoutingContext context, int status, Object reply) {
    if (context.response().closed()) {
      return;
    }
    byte[] json;
    try {
      json = WireCodec.encode(reply);
    } catch (RuntimeException e) {
      context.fail(e);
      return;
    }
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store")
        .end(Buffer.buffer(json));
  }
}
