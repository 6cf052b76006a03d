package io.nereid.gateway;

import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.RecoveryMessages.RecoverRequest;
import io.nereid.protocol.message.RecoveryMessages.RecoveriesRequest;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.regex.Pattern;

/** What becomes of containers whose host is gone. */
final class RecoveryRoutes {
  private static final int ACCEPTED = 202;
  private static final Pattern REF = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,79}");

  /** Body of the request. */
  private record Recover(Optional<String> ref, Optional<String> node, Optional<Boolean> dryRun) {}

  private final Questions questions;

  RecoveryRoutes(Questions questions) {
    this.questions = questions;
  }

  void mount(Router router) {
    router.get("/v1/recoveries").handler(Replies.of(this::list));
    router.post("/v1/recoveries").handler(Replies.of(ACCEPTED, this::recover));
  }

  private Future<?> list(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions.ask(Addresses.RECOVERIES, new RecoveriesRequest());
  }

  private Future<?> recover(RoutingContext context) {
    Recover body = RequestReader.body(context, Recover.class);
    String ref =
        body.ref()
            .orElseThrow(() ->
                RequestReader.bad("'ref' is missing", "name a container, or a host that is gone"));
    if (!REF.matcher(ref).matches()) {
      throw RequestReader.bad(
          "neither a container nor a host can be called " + RequestReader.shown(ref),
          "use a container's name or id, or a host's name");
    }
    return questions.ask(
        Addresses.RECOVER,
        new RecoverRequest(ref, body.node().map(NodeId::new), body.dryRun().orElse(false)));
  }
}
