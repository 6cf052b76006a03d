package io.nereid.gateway;

import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Mode;
import io.nereid.domain.migration.NoConverge;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.CancelRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationsRequest;
import io.nereid.protocol.message.CoordinatorMessages.PreflightRequest;
import io.nereid.protocol.message.CoordinatorMessages.TakeBackRequest;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Moves: asked for, watched, cancelled. */
final class MigrationRoutes {
  private static final int ACCEPTED = 202;
  private static final long WAIT_MS_MAX = 30_000;
  private static final int LIST_MAX = 1_000;
  private static final int LIST_DEFAULT = 50;

  private final Questions questions;
  private final Streams streams;
  private final MigrationWatch watch;

  MigrationRoutes(Questions questions, Streams streams) {
    this.questions = questions;
    this.streams = streams;
    this.watch = new MigrationWatch(questions);
  }

  void mount(Router router) {
    router.post("/v1/containers/:ref/migrate").handler(Replies.of(ACCEPTED, this::migrate));
    router.get("/v1/containers/:ref/preflight").handler(Replies.of(this::preflight));
    router.post("/v1/containers/:ref/take-back").handler(Replies.of(this::takeBack));
    router.get("/v1/migrations").handler(Replies.of(this::list));
    router.get("/v1/migrations/:id").handler(Replies.of(this::one));
    router.get("/v1/migrations/:id/progress").handler(Replies.guarded(this::progress));
    router.post("/v1/migrations/:id/cancel").handler(Replies.of(this::cancel));
  }

  private Future<?> migrate(RoutingContext context) {
    Bodies.Migrate body = RequestReader.body(context, Bodies.Migrate.class);
    return questions.ask(Addresses.MIGRATE, body.toRequest(RequestReader.ref(context)));
  }

  private Future<?> takeBack(RoutingContext context) {
    RequestReader.body(context, Bodies.Nothing.class);
    return questions.ask(Addresses.TAKE_BACK, new TakeBackRequest(RequestReader.ref(context)));
  }

  private Future<?> preflight(RoutingContext context) {
    RequestReader.onlyQuery(context, "target", "bandwidthBytesPerSecond", "mode", "maxDowntimeMs");
    Optional<String> target = Optional.ofNullable(context.queryParams().get("target"));
    target.ifPresent(NodeId::new);
    long bandwidth =
        Bodies.Migrate.bandwidth(
            RequestReader.number(context, "bandwidthBytesPerSecond", 0, 0, Long.MAX_VALUE));
    Mode mode =
        Bodies.Migrate.mode(
            context.queryParams().contains("mode") ? context.queryParams().get("mode") : "auto");
    long downtime =
        Bodies.Migrate.downtime(
            RequestReader.number(
                context, "maxDowntimeMs", MigrationOptions.MAX_DOWNTIME_MS, 0, Long.MAX_VALUE));
    return questions.ask(
        Addresses.PREFLIGHT,
        new PreflightRequest(
            RequestReader.ref(context),
            target,
            new MigrationOptions(mode, downtime, NoConverge.ACCEPT, bandwidth, false)));
  }

  private Future<?> list(RoutingContext context) {
    RequestReader.onlyQuery(context, "limit");
    int limit = (int) RequestReader.number(context, "limit", LIST_DEFAULT, 1, LIST_MAX);
    return questions.ask(Addresses.MIGRATIONS, new MigrationsRequest(limit));
  }

  private Future<?> one(RoutingContext context) {
    RequestReader.onlyQuery(context, "version", "wait");
    long version = RequestReader.number(context, "version", -1, 0, Long.MAX_VALUE);
    long waitMs = RequestReader.number(context, "wait", 0, 0, WAIT_MS_MAX);
    return watch.change(id(context), version, waitMs);
  }

  private void progress(RoutingContext context) {
    RequestReader.onlyQuery(context);
    MigrationId id = id(context);
    streams.lines(context.response(), out -> watch.stream(id, out));
  }

  private Future<?> cancel(RoutingContext context) {
    RequestReader.body(context, Bodies.Nothing.class);
    return questions.ask(Addresses.CANCEL, new CancelRequest(id(context)));
  }

  private static MigrationId id(RoutingContext context) {
    return new MigrationId(context.pathParam("id"));
  }
}
