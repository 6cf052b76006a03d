package io.nereid.gateway;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.VolumePlace;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.VolumeMessages.CreateVolumeRequest;
import io.nereid.protocol.message.VolumeMessages.MeasureVolume;
import io.nereid.protocol.message.VolumeMessages.RemoveVolumeRequest;
import io.nereid.protocol.message.VolumeMessages.VolumeList;
import io.nereid.protocol.message.VolumeMessages.VolumeRequest;
import io.nereid.protocol.message.VolumeMessages.VolumesRequest;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/** Volumes: made, listed, looked at, deleted. */
final class VolumeRoutes {
  private static final int CREATED = 201;

  /** Bodies of requests and replies. */
  private record Create(
      Optional<String> name,
      Optional<String> node,
      Optional<Boolean> readOnly,
      Optional<String> from) {}

  private record Detail(
      VolumePlace place, Optional<String> path, Optional<Long> bytes, Optional<Failure> failure) {}

  private record Details(List<Detail> volumes) {}

  private final Questions questions;
  private final NodeId self;

  VolumeRoutes(Questions questions, NodeId self) {
    this.questions = questions;
    this.self = self;
  }

  void mount(Router router) {
    router.get("/v1/volumes").handler(Replies.of(this::list));
    router.post("/v1/volumes").handler(Replies.of(CREATED, this::create));
    router.get("/v1/volumes/:volume").handler(Replies.of(this::one));
    router.delete("/v1/volumes/:volume").handler(Replies.of(this::remove));
  }

  private Future<?> list(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions.ask(Addresses.VOLUMES, new VolumesRequest());
  }

  private Future<?> create(RoutingContext context) {
    Create body = RequestReader.body(context, Create.class);
    String name =
        body.name().orElseThrow(() -> RequestReader.bad("'name' is missing", "name the volume"));
    return questions.ask(
        Addresses.CREATE_VOLUME,
        new CreateVolumeRequest(
            new VolumeName(name),
            body.node().map(NodeId::new).orElse(self),
            body.readOnly().orElse(false),
            body.from()));
  }

  private Future<?> one(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions
        .ask(Addresses.FIND_VOLUME, new VolumeRequest(name(context)))
        .compose(list ->
            Future.join(list.volumes().stream().map(this::measured).toList())
                .map(all -> new Details(all.list())));
  }

  private Future<Detail> measured(VolumePlace place) {
    if (!place.present()) {
      return Future.succeededFuture(
          new Detail(place, Optional.empty(), Optional.empty(), Optional.empty()));
    }
    return questions
        .bus()
        .ask(Addresses.MEASURE_VOLUME.at(place.host()), new MeasureVolume(place.volume().name()))
        .map(size ->
            new Detail(
                new VolumePlace(size.volume(), place.host(), true),
                Optional.of(size.path()),
                Optional.of(size.bytes()).filter(b -> b >= 0),
                Optional.empty()))
        .otherwise(e ->
            new Detail(
                place,
                Optional.empty(),
                Optional.empty(),
                Optional.of(FailureException.failureOf(e))));
  }

  private Future<VolumeList> remove(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions.ask(Addresses.REMOVE_VOLUME, new RemoveVolumeRequest(name(context)));
  }

  private static VolumeName name(RoutingContext context) {
    return new VolumeName(context.pathParam("volume"));
  }
}
