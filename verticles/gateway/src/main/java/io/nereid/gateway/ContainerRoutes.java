package io.nereid.gateway;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;
import io.nereid.protocol.message.CoordinatorMessages.LayerHolders;
import io.nereid.protocol.message.CoordinatorMessages.LayerRequest;
import io.nereid.protocol.message.CoordinatorMessages.ListRequest;
import io.nereid.protocol.message.JobMessages.ScheduleRequest;
import io.nereid.protocol.message.NymphMessages;
import io.nereid.protocol.message.NymphMessages.InspectRequest;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/** /v1/containers: what there is, and what can be done to it. */
final class ContainerRoutes {
  private static final int CREATED = 201;
  private static final int TAIL_MAX = 1_000_000;

  private final Questions questions;
  private final Streams streams;
  private final NodeId self;
  private final long stopGraceMs;

  ContainerRoutes(Questions questions, Streams streams, NodeId self, long stopGraceMs) {
    this.questions = questions;
    this.streams = streams;
    this.self = self;
    this.stopGraceMs = stopGraceMs;
  }

  void mount(Router router) {
    router.get("/v1/containers").handler(Replies.of(this::list));
    router.post("/v1/containers").handler(Replies.of(CREATED, this::run));
    router.get("/v1/containers/:ref").handler(Replies.of(this::inspect));
    router.delete("/v1/containers/:ref").handler(Replies.of(this::remove));
    router
        .post("/v1/containers/:ref/start")
        .handler(Replies.of(c -> plain(c, new ContainerAction.Start())));
    router
        .post("/v1/containers/:ref/stop")
        .handler(
            Replies.of(
                c -> act(c, RequestReader.body(c, Bodies.Stop.class).toAction(stopGraceMs))));
    router
        .post("/v1/containers/:ref/kill")
        .handler(Replies.of(c -> act(c, RequestReader.body(c, Bodies.Kill.class).toAction())));
    router
        .post("/v1/containers/:ref/pause")
        .handler(Replies.of(c -> plain(c, new ContainerAction.Pause())));
    router
        .post("/v1/containers/:ref/unpause")
        .handler(Replies.of(c -> plain(c, new ContainerAction.Unpause())));
    router
        .post("/v1/containers/:ref/protect")
        .handler(Replies.of(c -> act(c, RequestReader.body(c, Bodies.Protect.class).toAction())));
    router.get("/v1/containers/:ref/logs").handler(Replies.guarded(this::logs));
  }

  private Future<?> list(RoutingContext context) {
    RequestReader.onlyQuery(context, "all");
    return questions.ask(Addresses.LIST, new ListRequest(RequestReader.flag(context, "all")));
  }

  private Future<?> run(RoutingContext context) {
    Bodies.Run body = RequestReader.body(context, Bodies.Run.class);
    return questions
        .ask(Addresses.RUN, body.toRequest(self))
        .onSuccess(made ->
            context
                .response()
                .putHeader("Location", "/v1/containers/" + made.status().id().value()));
  }

  private Future<?> inspect(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions
        .locate(RequestReader.ref(context))
        .compose(location ->
            questions
                .bus()
                .ask(
                    Addresses.INSPECT.at(location.owner()),
                    new InspectRequest(location.status().id()))
                .compose(i -> detail(location, i))
                .otherwise(e -> withoutInspection(location, e))
                .compose(this::withSchedule));
  }

  /** How it stands with its periodic snapshots; not said when the leader does not know. */
  private Future<Bodies.Detail> withSchedule(Bodies.Detail detail) {
    if (detail.location().status().policy().isEmpty()) {
      return Future.succeededFuture(detail);
    }
    String id = detail.location().status().id().value();
    return questions
        .ask(Addresses.SCHEDULE, new ScheduleRequest(id))
        .map(detail::with)
        .otherwise(detail);
  }

  /** Who else has its layer is good to know, and no reason to fail. */
  private Future<Bodies.Detail> detail(Location location, NymphMessages.Inspection inspection) {
    return questions
        .bus()
        .ask(Addresses.LAYER, new LayerRequest(inspection.layerDigest()))
        .map(LayerHolders::holders)
        .otherwise(List.of())
        .map(holders ->
            new Bodies.Detail(
                location, Optional.of(inspection), Optional.empty(), holders, Optional.empty()));
  }

  private static Bodies.Detail withoutInspection(Location location, Throwable thrown) {
    return new Bodies.Detail(
        location,
        Optional.empty(),
        Optional.of(FailureException.failureOf(thrown)),
        List.of(),
        Optional.empty());
  }

  private Future<?> remove(RoutingContext context) {
    RequestReader.onlyQuery(context, "force", "volumes");
    return act(
        context,
        new ContainerAction.Remove(
            RequestReader.flag(context, "force"), RequestReader.flag(context, "volumes")));
  }

  private Future<?> plain(RoutingContext context, ContainerAction action) {
    RequestReader.body(context, Bodies.Nothing.class);
    return act(context, action);
  }

  private Future<?> act(RoutingContext context, ContainerAction action) {
    return questions.ask(Addresses.COMMAND, new CommandRequest(RequestReader.ref(context), action));
  }

  private void logs(RoutingContext context) {
    RequestReader.onlyQuery(context, "follow", "cursor", "tail", "since");
    LogStream.Wish wish =
        new LogStream.Wish(
            RequestReader.flag(context, "follow"),
            RequestReader.number(context, "cursor", 0, 0, Long.MAX_VALUE),
            (int) RequestReader.number(context, "tail", -1, 0, TAIL_MAX),
            RequestReader.number(context, "since", 0, 0, Long.MAX_VALUE));
    questions
        .locate(RequestReader.ref(context))
        .onSuccess(location ->
            streams.lines(
                context.response(), out -> new LogStream(questions, location, wish, out).run()))
        .onFailure(context::fail);
  }
}
