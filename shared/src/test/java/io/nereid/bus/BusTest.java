package io.nereid.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.nereid.protocol.message.CoordinatorMessages.NodeList;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BusTest {
  private static final Address<LocateRequest, NodeList> HERE =
      new Address<>("test.here", LocateRequest.class, NodeList.class, 20_000);
  private static final Address<LocateRequest, NodeList> LEADERS =
      new Address<>(Addresses.LOCATE.name(), LocateRequest.class, NodeList.class, HERE.timeoutMs());
  private static final NodeId HOST = new NodeId("b");
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

  @Test
  void aRequestGoesToThePresentIncarnationOnlyWhoeverElseIsRegistered() {
    Members members = new Members();
    Incarnations.install(vertx, members);
    Address<LocateRequest, NodeList> atHost = HERE.at(HOST);
    vertx.eventBus().consumer(atHost.name(), m -> {});
    vertx.eventBus().consumer(atHost.of("dead"), m -> {});
    members.present.put(HOST, members.self());
    server.serve(atHost, q -> Future.succeededFuture(new NodeList(List.of()))).await();
    for (int i = 0; i < 20; i++) {
      assertThat(client.askAndWait(atHost, new LocateRequest("x")).nodes()).isEmpty();
    }
  }

  @Test
  void whatIsTheLeadersGoesToWhoeverLeadsNow() {
    Members members = new Members();
    Incarnations.install(vertx, members);
    server.serve(LEADERS, q -> Future.succeededFuture(new NodeList(List.of()))).await();
    members.leader = Optional.of("another");
    assertThat(failureOfAsking(LEADERS).code()).isEqualTo(FailureCode.NO_LEADER);
    members.leader = Optional.of(members.self());
    assertThat(client.askAndWait(LEADERS, new LocateRequest("x")).nodes()).isEmpty();
  }

  @Test
  void aHostThatIsNoMemberIsNotAskedAndThatIsSaidAtOnce() {
    Incarnations.install(vertx, new Members());
    server.serve(HERE.at(HOST), q -> Promise.<NodeList>promise().future()).await();
    Failure lost = failureOfAsking(HERE.at(HOST));
    assertThat(lost.code()).isEqualTo(FailureCode.NODE_LOST);
    assertThat(lost.certainty()).isEqualTo(Certainty.DID_NOT_RUN);
    assertThat(failureOfAsking(LEADERS).code()).isEqualTo(FailureCode.NO_LEADER);
  }

  /** A cluster whose members the test names. */
  private static final class Members implements Incarnations {
    final Map<NodeId, String> present = new ConcurrentHashMap<>();
    volatile Optional<String> leader = Optional.empty();

    @Override
    public String self() {
      return "alive";
    }

    @Override
    public Optional<String> of(NodeId node) {
      return Optional.ofNullable(present.get(node));
    }

    @Override
    public Optional<String> leader() {
      return leader;
    }
  }
}
