package io.nereid.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.nereid.protocol.message.CoordinatorMessages.NodeList;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BusTest {
  private static final Address<LocateRequest, NodeList> HERE =
      new Address<>("test.here", LocateRequest.class, NodeList.class, 20_000);
  private Vertx vertx;
  private BusClient client;
  private BusServer server;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    client = new BusClient(vertx);
    server = new BusServer(vertx);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private Failure failureOfAsking() {
    return failureOfAsking(HERE);
  }

  private Failure failureOfAsking(Address<LocateRequest, NodeList> address) {
    try {
      client.askAndWait(address, new LocateRequest("x"));
      throw new AssertionError("an answer came");
    } catch (FailureException e) {
      return e.failure();
    }
  }

  @Test
  void aBlockingHandlerAnswersOnAVirtualThread() {
    server
        .serveBlocking(
            HERE,
            q -> {
              assertThat(Thread.currentThread().isVirtual()).isTrue();
              return new NodeList(List.of());
            })
        .await();
    assertThat(client.askAndWait(HERE, new LocateRequest("x")).nodes()).isEmpty();
  }

  @Test
  void nobodyListeningMeansThatItDidNotRun() {
    assertThat(failureOfAsking().certainty()).isEqualTo(Certainty.DID_NOT_RUN);
  }

  @Test
  void silenceMeansUnknown() {
    server.serve(HERE, q -> Promise.<NodeList>promise().future()).await();
    Failure failure = failureOfAsking(HERE.within(300));
    assertThat(failure.certainty()).isEqualTo(Certainty.UNKNOWN);
    assertThat(failure.code()).isEqualTo(FailureCode.TIMEOUT);
  }

  @Test
  void aFailureArrivesWithCodeRemedyAndEvidence() {
    Failure sent =
        Failure.refused(FailureCode.NAME_TAKEN, "taken", "choose another")
            .withEvidence(List.of("line"));
    server.serve(HERE, q -> Future.failedFuture(new FailureException(sent))).await();
    assertThat(failureOfAsking()).isEqualTo(sent);
  }

  @Test
  void anUnexpectedExceptionBecomesInternal() {
    server
        .serveBlocking(
            HERE,
            q -> {
              throw new IllegalStateException("oops");
            })
        .await();
    assertThat(failureOfAsking().code()).isEqualTo(FailureCode.INTERNAL);
  }

  @Test
  void afterCloseNobodyListens() {
    server.serve(HERE, q -> Future.succeededFuture(new NodeList(List.of()))).await();
    server.close().await();
    assertThat(failureOfAsking().certainty()).isEqualTo(Certainty.DID_NOT_RUN);
    assertThatThrownBy(() -> client.ask(HERE, new LocateRequest("x")).await())
        .isInstanceOf(FailureException.class);
  }
}
