package io.nereid.gateway;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ExecId;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.NymphMessages.ExecRequest;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Commands inside containers: started by a POST, then talked to over a WebSocket. */
final class ExecRoutes {
  private static final int CREATED = 201;
  private static final short TRY_AGAIN_LATER = 1013;

  /** Only coordinators lead; for a command inside a container the epoch alone decides. */
  private static final Term NO_TERM = new Term(0);

  private final Questions questions;
  private final Streams streams;

  ExecRoutes(Questions questions, Streams streams) {
    this.questions = questions;
    this.streams = streams;
  }

  void mount(Router router) {
    router.post("/v1/containers/:ref/exec").handler(Replies.of(CREATED, this::start));
    router.get("/v1/exec/:node/:exec").handler(Replies.guarded(this::attach));
  }

  private Future<?> start(RoutingContext context) {
    Bodies.Exec body = RequestReader.body(context, Bodies.Exec.class).checked();
    return questions
        .locate(RequestReader.ref(context))
        .compose(location ->
            questions
                .bus()
                .ask(Addresses.EXEC.at(location.owner()), request(location, body))
                .map(started -> created(location.owner(), started.exec())));
  }

  private static ExecRequest request(Location location, Bodies.Exec body) {
    return new ExecRequest(
        new Fence(NO_TERM, location.status().epoch()),
        location.status().id(),
        body.command().orElse(List.of()),
        body.env().orElse(List.of()),
        body.cwd(),
        body.user(),
        body.terminal().orElse(false),
        body.stdin().orElse(false),
        body.columns().orElse(0),
        body.rows().orElse(0));
  }

  private static Bodies.ExecCreated created(NodeId owner, ExecId exec) {
    return new Bodies.ExecCreated(exec, owner, "/v1/exec/" + owner.value() + "/" + exec.value());
  }

  private void attach(RoutingContext context) {
    NodeId owner = new NodeId(context.pathParam("node"));
    ExecId exec = new ExecId(context.pathParam("exec"));
    HttpServerRequest request = context.request();
    if (!request.canUpgradeToWebSocket()) {
      throw RequestReader.bad(
          "this path speaks WebSocket only", "send the request with Upgrade: websocket");
    }
    request
        .toWebSocket()
        .onSuccess(socket -> serve(owner, exec, socket))
        .onFailure(e -> context.fail(FailureException.failureOf(e).code().httpStatus(), e));
  }

  private void serve(NodeId owner, ExecId exec, ServerWebSocket socket) {
    // Made here, on the event loop: its handlers must be set before the first message.
    ExecSession session = new ExecSession(questions.bus(), socket, owner, exec);
    if (!streams.start(session::run)) {
      socket.close(TRY_AGAIN_LATER, Streams.tooMany().message());
    }
  }
}
