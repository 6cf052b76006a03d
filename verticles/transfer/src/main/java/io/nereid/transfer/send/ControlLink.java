package io.nereid.transfer.send;

import io.nereid.domain.failure.FailureException;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.transfer.v1.AbortRequest;
import io.nereid.protocol.transfer.v1.HelloReply;
import io.nereid.protocol.transfer.v1.HelloRequest;
import io.nereid.protocol.transfer.v1.OfferPart;
import io.nereid.protocol.transfer.v1.OfferReply;
import io.nereid.protocol.transfer.v1.SealReply;
import io.nereid.protocol.transfer.v1.SealRequest;
import io.nereid.protocol.transfer.v1.TransferGrpcClient;
import io.nereid.transfer.wire.Messages;
import io.vertx.core.Future;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC calls of one attempt. Its methods block; replies of the offer come on a handler. */
final class ControlLink implements AutoCloseable {
  private static final int PARTS_IN_FLIGHT = 4;
  private static final Logger log = LoggerFactory.getLogger(ControlLink.class);
  private static final long ABORT_MS = 1_000;

  private final Watch watch;
  private final Meter meter;
  private final ControlClients clients;
  private final GrpcClient client;
  private final TransferGrpcClient stub;
  private final SocketAddress address;
  private final Semaphore inFlight = new Semaphore(PARTS_IN_FLIGHT);
  private GrpcClientRequest<OfferPart, OfferReply> offer;
  private boolean finished;

  ControlLink(ControlClients clients, TransferTicket ticket, Watch watch, Meter meter) {
    this.watch = watch;
    this.meter = meter;
    this.clients = clients;
    this.address = ControlClients.address(ticket);
    this.client = clients.of(address);
    this.stub = TransferGrpcClient.create(client, address);
  }

  HelloReply hello(HelloRequest request) throws IOException {
    count(request.getSerializedSize());
    HelloReply reply = watch.await(stub.hello(request), "greeting the receiver");
    if (reply.hasRefusal()) {
      throw new FailureException(Messages.failure(reply.getRefusal()));
    }
    return reply;
  }

  /** Opens the stream of the offer; replies go to the handler, on an event loop. */
  void open(OfferPart begin, Consumer<OfferReply> replies) throws IOException {
    offer = watch.await(client.request(address, TransferGrpcClient.Offer), "opening the offer");
    offer.connection().exceptionHandler(e -> log.debug("control connection: {}", e.getMessage()));
    offer.exceptionHandler(e -> watch.fail(new LinkException("offer: " + Watch.reason(e), e)));
    offer
        .response()
        .onSuccess(response -> {
          response.exceptionHandler(
              e -> watch.fail(new LinkException("offer: " + Watch.reason(e), e)));
          response.endHandler(
              v -> watch.fail(new LinkException("the receiver ended the offer", null)));
          response.handler(reply -> {
            watch.heard();
            replies.accept(reply);
          });
        })
        .onFailure(e -> watch.fail(new LinkException("offer: " + Watch.reason(e), e)));
    write(begin);
  }

  /** Writes, waiting when too much is under way. */
  void write(OfferPart part) throws IOException {
    watch.acquire(inFlight, 1);
    count(part.getSerializedSize());
    written(part)
        .onComplete(done -> {
          inFlight.release();
          if (done.failed()) {
            Throwable e = done.cause();
            watch.fail(new LinkException("offer: " + Watch.reason(e), e));
          }
        });
  }

  // A stream that the receiver has reset throws at once. Its reason may be known here already;
  // otherwise the next greeting brings it.
  private Future<Void> written(OfferPart part) throws IOException {
    try {
      return offer.write(part);
    } catch (IllegalStateException e) {
      watch.check();
      throw new LinkException("offer: " + Watch.reason(e), e);
    }
  }

  SealReply seal(SealRequest request) throws IOException {
    count(request.getSerializedSize());
    SealReply reply = watch.await(stub.seal(request), "sealing");
    if (reply.hasRefusal()) {
      throw new FailureException(Messages.failure(reply.getRefusal()));
    }
    return reply;
  }

  /** Tells the receiver to give up; waits a moment, and does not care whether it was heard. */
  void abort(AbortRequest request) {
    try {
      stub.abort(request).await(ABORT_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | RuntimeException e) {
      log.debug("the receiver was not told to abort: {}", e.getMessage());
    }
  }

  /** Everything is sealed: ends the stream in good order. */
  void finish() {
    finished = true;
    offer.end();
  }

  /** The link is broken: whoever comes next makes another connection. */
  void drop() {
    clients.drop(address, client);
  }

  @Override
  public void close() {
    if (offer != null && !finished) {
      offer.cancel();
    }
  }

  private void count(int bytes) {
    // Prefix of gRPC and head of the HTTP/2 frame; headers of calls are not counted.
    meter.sent(bytes + 5L + 9L);
  }
}
