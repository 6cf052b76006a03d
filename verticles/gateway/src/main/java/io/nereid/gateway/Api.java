package io.nereid.gateway;

import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.NodesRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** All paths. */
final class Api {
  private final Questions questions;
  private final Bodies.Ping ping;
  private final ContainerRoutes containers;
  private final ExecRoutes execs;
  private final MigrationRoutes migrations;
  private final SnapshotRoutes snapshots;
  private final RecoveryRoutes recoveries;
  private final VolumeRoutes volumes;

  Api(Questions questions, Streams streams, NodeId self, String version, long stopGraceMs) {
    this.questions = questions;
    this.ping = new Bodies.Ping(self, version);
    this.containers = new ContainerRoutes(questions, streams, self, stopGraceMs);
    this.execs = new ExecRoutes(questions, streams);
    this.migrations = new MigrationRoutes(questions, streams);
    this.snapshots = new SnapshotRoutes(questions, self);
    this.recoveries = new RecoveryRoutes(questions);
    this.volumes = new VolumeRoutes(questions, self);
  }

  Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route("/v1/*").failureHandler(c -> Problems.send(c, c.failure()));
    BodyHandler bodies = BodyHandler.create(false).setBodyLimit(RequestReader.BODY_BYTES_MAX);
    // Not a route for some methods only: an unknown path would then be taken for a wrong method.
    router
        .route("/v1/*")
        .handler(c -> {
          if (c.request().method().equals(HttpMethod.GET)) {
            c.next();
          } else {
            bodies.handle(c);
          }
        });
    router.get("/v1/ping").handler(Replies.of(this::answerPing));
    router.get("/v1/nodes").handler(Replies.of(this::nodes));
    containers.mount(router);
    execs.mount(router);
    migrations.mount(router);
    snapshots.mount(router);
    recoveries.mount(router);
    volumes.mount(router);
    for (int status : new int[] {400, 404, 405, 413, 500}) {
      router.errorHandler(status, c -> Problems.send(c, c.failure()));
    }
    return router;
  }

  private Future<?> answerPing(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return Future.succeededFuture(ping);
  }

  private Future<?> nodes(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions.ask(Addresses.NODES, new NodesRequest());
  }
}
