package io.nereid.transfer.receive;

import com.google.protobuf.ByteString;
import io.nereid.domain.failure.Failure;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import io.nereid.protocol.transfer.v1.Alive;
import io.nereid.protocol.transfer.v1.Credentials;
import io.nereid.protocol.transfer.v1.ManifestPart;
import io.nereid.protocol.transfer.v1.Needed;
import io.nereid.protocol.transfer.v1.OfferAccepted;
import io.nereid.protocol.transfer.v1.OfferBegin;
import io.nereid.protocol.transfer.v1.OfferPart;
import io.nereid.protocol.transfer.v1.OfferReply;
import io.nereid.protocol.transfer.v1.SetHeader;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.Messages;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServerRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One stream of an offer. Reads the next message when the last one has been worked on, so a fast
 * sender waits. Lives on an event loop; work is done on the session's thread.
 */
final class OfferStream {
  private final Vertx vertx;
  private final Sessions sessions;
  private final GrpcServerRequest<OfferPart, OfferReply> call;
  private final SessionListener onFailure = this::refuse;
  private Context context;
  private Session session;
  private volatile Intake intake;
  private long timer = -1;
  private boolean ended;

  OfferStream(Vertx vertx, Sessions sessions, GrpcServerRequest<OfferPart, OfferReply> call) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.call = call;
  }

  void start() {
    context = vertx.getOrCreateContext();
    call.exceptionHandler(e -> end());
    call.errorHandler(e -> end());
    call.endHandler(v -> {
      if (!ended) {
        call.response().end();
        end();
      }
    });
    call.invalidMessageHandler(e -> refuse(broken("a message is too large or unreadable")));
    call.response().exceptionHandler(e -> end());
    call.handler(this::message);
    call.pause();
    call.fetch(1);
    timer = vertx.setPeriodic(Protocol.ALIVE_MS, t -> alive());
  }

  private void message(OfferPart message) {
    switch (message.getPartCase()) {
      case BEGIN -> begin(message.getBegin());
      case MANIFEST -> part(message.getManifest());
      case PART_NOT_SET -> refuse(broken("a message is empty"));
    }
  }

  private void begin(OfferBegin begin) {
    Credentials who = begin.getCredentials();
    Optional<Session> found = sessions.find(who.getMigration(), who.getToken());
    Optional<SetLabel> label = Messages.label(who.getLabel());
    if (session != null || found.isEmpty() || label.isEmpty()) {
      refuse(
          session != null
              ? broken("a second offer on one stream")
              : ControlService.UNKNOWN_SESSION);
      return;
    }
    session = found.get();
    session.listen(onFailure);
    session.submit(
        () -> {
          intake = session.begin(label.get(), who.getOffer(), wanted(begin));
          write(OfferReply.newBuilder().setAccepted(OfferAccepted.getDefaultInstance()).build());
          next();
        },
        this::refuse);
  }

  private static List<IntakeFactory.Wanted> wanted(OfferBegin begin) throws IOException {
    List<IntakeFactory.Wanted> wanted = new ArrayList<>();
    for (SetHeader set : begin.getSetsList()) {
      Optional<TreeKind> kind = Messages.kind(set.getKind());
      if (kind.isEmpty() || wanted.size() >= Protocol.SETS_MAX) {
        throw new FrameException("too many trees, or one of an unknown kind");
      }
      ManifestHeader header = ManifestHeader.decode(set.getHeader().toByteArray());
      wanted.add(new IntakeFactory.Wanted(kind.get(), set.getLayer(), header));
    }
    return wanted;
  }

  private void part(ManifestPart part) {
    if (session == null) {
      refuse(broken("a manifest before the offer"));
      return;
    }
    session.submit(
        () -> {
          Intake now = intake;
          if (now == null || now != session.current()) {
            throw new FrameException("a manifest of an offer that has been replaced");
          }
          Intake.Need need =
              now.part(part.getSet(), part.getOffset(), part.getData().toByteArray());
          if (need != null) {
            write(
                OfferReply.newBuilder()
                    .setNeeded(
                        Needed.newBuilder()
                            .setSet(need.set())
                            .setFirstChunk(need.first())
                            .setCount(need.count())
                            .setBitmap(ByteString.copyFrom(need.bitmap())))
                    .build());
          }
          next();
        },
        this::refuse);
  }

  private void alive() {
    Intake now = intake;
    if (now != null && !ended) {
      session.touch();
      Alive alive = Alive.newBuilder().setVerifiedBytes(now.verifiedBytes()).build();
      reply(OfferReply.newBuilder().setAlive(alive).build());
    }
  }

  private void write(OfferReply reply) {
    context.runOnContext(v -> {
      if (!ended) {
        reply(reply);
      }
    });
  }

  private void reply(OfferReply reply) {
    try {
      call.response().write(reply);
    } catch (IllegalStateException e) {
      // The sender is gone; it has not been noticed yet.
      end();
    }
  }

  private void next() {
    context.runOnContext(v -> call.fetch(1));
  }

  /** Tells the sender why and hangs up. */
  private void refuse(Failure failure) {
    context.runOnContext(v -> {
      if (!ended) {
        call.response().end(OfferReply.newBuilder().setRefusal(Messages.refusal(failure)).build());
        end();
      }
    });
  }

  private void end() {
    if (!ended) {
      ended = true;
      vertx.cancelTimer(timer);
      if (session != null) {
        session.unlisten(onFailure);
      }
    }
  }

  private static Failure broken(String what) {
    return Failure.refused(
        io.nereid.domain.failure.FailureCode.PROTOCOL,
        "a message of the sender breaks the protocol: " + what,
        "run the same release of Nereid on both hosts");
  }
}
