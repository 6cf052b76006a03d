package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.port.SetLabel;
import io.nereid.protocol.transfer.v1.AbortReply;
import io.nereid.protocol.transfer.v1.AbortRequest;
import io.nereid.protocol.transfer.v1.Credentials;
import io.nereid.protocol.transfer.v1.HelloReply;
import io.nereid.protocol.transfer.v1.HelloRequest;
import io.nereid.protocol.transfer.v1.Refusal;
import io.nereid.protocol.transfer.v1.SealReply;
import io.nereid.protocol.transfer.v1.SealRequest;
import io.nereid.protocol.transfer.v1.StatusReply;
import io.nereid.protocol.transfer.v1.StatusRequest;
import io.nereid.protocol.transfer.v1.TransferGrpcService;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.wire.Messages;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** The gRPC service: finds the session, hands the work to it, answers. Runs on an event loop. */
final class ControlService {
  static final Failure UNKNOWN_SESSION =
      Failure.refused(
          FailureCode.PROTOCOL,
          "unknown transfer or wrong token",
          "the receiving host may have been restarted; start the migration again");

  private final Vertx vertx;
  private final Sessions sessions;
  private final ReceiveContext context;

  ControlService(Vertx vertx, Sessions sessions, ReceiveContext context) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.context = context;
  }

  void bind(GrpcServer server) {
    unary(server, TransferGrpcService.Hello, this::hello);
    unary(server, TransferGrpcService.Seal, this::seal);
    unary(server, TransferGrpcService.Abort, this::abort);
    unary(server, TransferGrpcService.Status, this::status);
    server.callHandler(
        TransferGrpcService.Offer, plain(call -> new OfferStream(vertx, sessions, call).start()));
  }

  private static <Q, R> void unary(
      GrpcServer server, ServiceMethod<Q, R> method, BiConsumer<Q, Consumer<R>> answer) {
    server.callHandler(
        method,
        plain(call ->
            call.last()
                .onSuccess(request -> answer.accept(request, r -> call.response().end(r)))
                .onFailure(e -> call.response().status(GrpcStatus.INVALID_ARGUMENT).end())));
  }

  /** Compressed messages could be of any size once unpacked. */
  private static <Q, R> Handler<GrpcServerRequest<Q, R>> plain(
      Handler<GrpcServerRequest<Q, R>> handler) {
    return call -> {
      String encoding = call.encoding();
      if (encoding == null || encoding.equals("identity")) {
        call.errorHandler(e -> {});
        handler.handle(call);
      } else {
        call.response().status(GrpcStatus.UNIMPLEMENTED).end();
      }
    };
  }

  private void hello(HelloRequest request, Consumer<HelloReply> reply) {
    Consumer<Failure> refuse =
        f -> reply.accept(refused(f, HelloReply.newBuilder()::setRefusal).build());
    if (request.getVersion() != Protocol.VERSION) {
      refuse.accept(
          Failure.refused(
              FailureCode.INCOMPATIBLE,
              "protocol version " + request.getVersion() + " is not " + Protocol.VERSION,
              "run the same release of Nereid on both hosts"));
      return;
    }
    if (request.getLayersCount() > Protocol.LAYERS_MAX
        || !request.getLayersList().stream().allMatch(LayerStore::isDigest)) {
      refuse.accept(
          Failure.refused(FailureCode.PROTOCOL, "a list of layers is too long or malformed", ""));
      return;
    }
    with(
        request.getCredentials(),
        refuse,
        (session, label) ->
            session.submit(
                () -> {
                  List<String> missing = new ArrayList<>();
                  for (String layer : request.getLayersList()) {
                    if (!context.layers().has(layer)) {
                      missing.add(layer);
                    }
                  }
                  session.wantLayers(request.getLayersList());
                  List<String> features = new ArrayList<>(Protocol.FEATURES);
                  features.retainAll(request.getFeaturesList());
                  reply.accept(
                      HelloReply.newBuilder()
                          .setVersion(Protocol.VERSION)
                          .addAllFeatures(features)
                          .addAllLayersMissing(missing)
                          .setFrameBytesMax(Protocol.FRAME_BYTES_MAX)
                          .build());
                },
                refuse));
  }

  private void seal(SealRequest request, Consumer<SealReply> reply) {
    Consumer<Failure> refuse =
        f -> reply.accept(refused(f, SealReply.newBuilder()::setRefusal).build());
    with(
        request.getCredentials(),
        refuse,
        (session, label) ->
            session.submit(
                () -> {
                  Optional<Intake> intake = intakeOf(session, label, request.getCredentials());
                  if (intake.isEmpty()) {
                    refuse.accept(
                        Failure.refused(
                            FailureCode.PROTOCOL, "nothing is offered to be sealed", ""));
                    return;
                  }
                  List<byte[]> digests = new ArrayList<>();
                  request.getManifestDigestsList().forEach(d -> digests.add(d.toByteArray()));
                  long missing = new Sealing(session, intake.get(), context).seal(digests);
                  reply.accept(
                      SealReply.newBuilder()
                          .setSealed(missing == 0)
                          .setMissingChunks(missing)
                          .build());
                },
                refuse));
  }

  private void abort(AbortRequest request, Consumer<AbortReply> reply) {
    Consumer<Failure> refuse = f -> reply.accept(AbortReply.getDefaultInstance());
    with(
        request.getCredentials(),
        refuse,
        (session, label) ->
            session.submit(
                () -> {
                  session.abort(label, request.getCredentials().getOffer());
                  reply.accept(AbortReply.getDefaultInstance());
                },
                refuse));
  }

  private void status(StatusRequest request, Consumer<StatusReply> reply) {
    with(
        request.getCredentials(),
        f -> reply.accept(refused(f, StatusReply.newBuilder()::setRefusal).build()),
        (session, label) -> {
          Intake now = session.current();
          long total =
              now == null ? 0 : now.sets().stream().mapToLong(s -> s.header().contentBytes()).sum();
          reply.accept(
              StatusReply.newBuilder()
                  .setState(session.received(label).isPresent() ? "sealed" : "open")
                  .setVerifiedBytes(now == null ? 0 : Math.min(total, now.verifiedBytes()))
                  .setTotalBytes(total)
                  .build());
        });
  }

  private void with(
      Credentials who, Consumer<Failure> refuse, BiConsumer<Session, SetLabel> action) {
    Optional<Session> session = sessions.find(who.getMigration(), who.getToken());
    Optional<SetLabel> label = Messages.label(who.getLabel());
    if (session.isEmpty() || label.isEmpty()) {
      refuse.accept(UNKNOWN_SESSION);
      return;
    }
    Optional<Failure> failure = session.get().failure();
    if (failure.isPresent()) {
      refuse.accept(failure.get());
      return;
    }
    session.get().touch();
    action.accept(session.get(), label.get());
  }

  static Optional<Intake> intakeOf(Session session, SetLabel label, Credentials who) {
    return Optional.ofNullable(session.current())
        .filter(i -> i.label() == label && i.offer() == who.getOffer());
  }

  private static <B> B refused(Failure failure, Function<Refusal, B> set) {
    return set.apply(Messages.refusal(failure));
  }
}
