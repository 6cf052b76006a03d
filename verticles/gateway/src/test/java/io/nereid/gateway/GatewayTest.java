package io.nereid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.gateway.testkit.Examples;
import io.nereid.gateway.testkit.FakeCluster;
import io.nereid.gateway.testkit.Http;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;
import io.nereid.protocol.message.CoordinatorMessages.ContainerList;
import io.nereid.protocol.message.CoordinatorMessages.NodeList;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
  @TempDir Path dir;
  private FakeCluster cluster;
  private Http http;

  @BeforeEach
  void start() {
    cluster = new FakeCluster(dir).start();
    http = Http.tcp(cluster);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void pingIsAnsweredWithoutACoordinator() {
    Http.Reply reply = Http.unix(cluster).get("/v1/ping");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("{\"node\":\"a\",\"version\":\"0.1.0-test\"}");
  }

  @Test
  void listingsComeFromTheLeader() {
    cluster.answer(
        Addresses.LIST,
        q ->
            new ContainerList(
                q.all()
                    ? List.of(Examples.at(Examples.A), Examples.at(Examples.B))
                    : List.of(Examples.at(Examples.A))));
    cluster.answer(
        Addresses.NODES, q -> new NodeList(List.of(Examples.node(Examples.A, true, true))));
    assertThat(http.get("/v1/containers").json().getJsonArray("containers")).hasSize(1);
    assertThat(http.get("/v1/containers?all").json().getJsonArray("containers")).hasSize(2);
    assertThat(http.get("/v1/nodes").json().getJsonArray("nodes")).hasSize(1);
  }

  @Test
  void runFillsInThisHostAndTheUsualNetwork() {
    AtomicReference<RunRequest> asked = new AtomicReference<>();
    cluster.answer(
        Addresses.RUN,
        q -> {
          asked.set(q);
          return Examples.at(Examples.A);
        });
    Http.Reply reply = http.post("/v1/containers", "{\"bundle\":\"/b\"}");
    assertThat(reply.status()).isEqualTo(201);
    assertThat(asked.get().toString())
        .isEqualTo(
            "RunRequest[node=a, bundle=/b, name=Optional.empty, network=BRIDGE,"
                + " address=Optional.empty, start=true, protect=Optional.empty, volumes=[]]");
  }

  @Test
  void commandsReachTheLeaderWithTheirParameters() {
    AtomicReference<CommandRequest> asked = new AtomicReference<>();
    cluster.answer(
        Addresses.COMMAND,
        q -> {
          asked.set(q);
          return Examples.at(Examples.A, ContainerState.STOPPED);
        });
    assertThat(http.post("/v1/containers/c/stop", "").status()).isEqualTo(200);
    assertThat(asked.get())
        .isEqualTo(new CommandRequest("c", new ContainerAction.Stop("TERM", 10_000)));
    http.post("/v1/containers/c/stop", "{\"signal\":\"sigint\",\"graceMs\":5}");
    assertThat(asked.get().action()).isEqualTo(new ContainerAction.Stop("INT", 5));
    http.post("/v1/containers/c/kill", "{\"signal\":\"hup\"}");
    assertThat(asked.get().action()).isEqualTo(new ContainerAction.Kill("HUP"));
    http.post("/v1/containers/c/start", "{}");
    assertThat(asked.get().action()).isEqualTo(new ContainerAction.Start());
    http.post("/v1/containers/c/pause", "");
    assertThat(asked.get().action()).isEqualTo(new ContainerAction.Pause());
    http.post("/v1/containers/c/unpause", "");
    assertThat(asked.get().action()).isEqualTo(new ContainerAction.Unpause());
    http.delete("/v1/containers/c?force=true");
    assertThat(asked.get().action()).isEqualTo(new ContainerAction.Remove(true));
  }

  @Test
  void anInspectionThatFailsLeavesTheLocation() {
    cluster.answer(Addresses.LOCATE, q -> Examples.at(Examples.B));
    Http.Reply reply = http.get("/v1/containers/counter");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().getJsonObject("location").getString("owner")).isEqualTo("b");
    assertThat(reply.json().getValue("inspection")).isNull();
    assertThat(reply.json().getJsonObject("inspectionFailure").getString("code"))
        .isEqualTo("NODE_LOST");
  }

  @Test
  void badRequestsAreRefusedNamingWhatIsWrong() {
    assertBad(http.post("/v1/containers", "{\"bundel\":\"/b\"}"), "unknown field 'bundel'");
    assertBad(http.post("/v1/containers", "{}"), "'bundle' is missing");
    assertBad(http.post("/v1/containers", "{\"bundle\":\"b\"}"), "not an absolute path");
    assertBad(http.post("/v1/containers", "{"), "not valid JSON");
    assertBad(http.post("/v1/containers", "{} {}"), "does not fit");
    assertBad(http.post("/v1/containers", "null"), "must be a JSON object");
    assertBad(http.post("/v1/containers", "{\"bundle\":\"/b\",\"start\":\"x\"}"), "(at start)");
    assertBad(
        http.post("/v1/containers", "{\"bundle\":\"/b\",\"name\":\"../x\"}"),
        "invalid container name '../x'");
    assertBad(
        http.post("/v1/containers", "{\"bundle\":\"/b\",\"network\":\"vpn\"}"),
        "network 'vpn' does not exist");
    assertBad(
        http.post(
            "/v1/containers", "{\"bundle\":\"/b\",\"network\":\"host\",\"address\":\"1.2.3.4\"}"),
        "an address is given but the network is host");
    assertBad(http.get("/v1/containers?al=1"), "unknown parameter 'al'");
    assertBad(http.get("/v1/containers?all=maybe"), "all is 'maybe'");
    assertBad(http.get("/v1/containers/%2e%2e%2fx"), "no container can be called '../x'");
    assertBad(http.get("/v1/migrations/m-1"), "invalid migration id 'm-1'");
    assertBad(http.get("/v1/migrations?limit=0"), "limit is '0'");
    assertBad(http.post("/v1/containers/c/stop", "{\"graceMs\":99999999}"), "graceMs is 99999999");
    assertBad(http.post("/v1/containers/c/kill", "{\"signal\":\"a b\"}"), "is no signal");
    assertBad(http.post("/v1/containers/c/start", "{\"x\":1}"), "unknown field 'x'");
    assertBad(http.post("/v1/containers/c/exec", "{}"), "'command' is missing");
    assertBad(
        http.post("/v1/containers/c/exec", "{\"command\":[\"ls\"],\"env\":[\"X\"]}"),
        "environment 'X'");
    assertBad(
        http.post("/v1/containers/c/migrate", "{\"bandwidthBytesPerSecond\":5}"),
        "must be 0 or at least 65536");
    assertBad(http.post("/v1/containers/c/migrate", "{\"target\":\"UPPER\"}"), "invalid host name");
    assertBad(http.get("/v1/containers/c/preflight?target=UPPER"), "invalid host name");
    assertBad(http.get("/v1/containers/c/preflight?bandwidthBytesPerSecond=5"), "65536");
    assertBad(http.post("/v1/containers/c/migrate", "{\"mode\":\"warm\"}"), "mode 'warm'");
    assertBad(
        http.post("/v1/containers/c/migrate", "{\"onNoConverge\":\"x\"}"), "onNoConverge 'x'");
    assertBad(http.post("/v1/containers/c/migrate", "{\"maxDowntimeMs\":9}"), "from 10 to");
    assertBad(
        http.post("/v1/containers/c/migrate", "{\"mode\":\"cold\",\"ahead\":false}"),
        "both 'mode'");
    assertBad(http.get("/v1/containers/c/preflight?mode=warm"), "mode 'warm'");
    assertBad(http.get("/v1/containers/c/preflight?host=b"), "host");
    assertBad(
        http.post("/v1/containers", "{\"bundle\":\"/" + "x".repeat(70_000) + "\"}"),
        "larger than 65536 bytes");
    assertBad(
        http.send(HttpMethod.POST, "/v1/containers", "{}", Map.of("Content-Type", "text/plain")),
        "the body is of type 'text/plain'");
    assertBad(http.get("/v1/exec/a/x-0123456789abcdef"), "WebSocket only");
    assertBad(http.post("/v1/ping", ""), "not possible with this method");
  }

  @Test
  void anUnknownPathIsNotFound() {
    Http.Reply reply = http.get("/v1/containerz");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.contentType()).isEqualTo("application/problem+json");
    assertThat(reply.code()).isEqualTo("NOT_FOUND");
    assertThat(http.get("/").status()).isEqualTo(404);
  }

  @Test
  void everyFailureCodeHasItsStatusAndItsDocument() {
    AtomicReference<Failure> failure = new AtomicReference<>();
    cluster.answer(
        Addresses.LIST,
        q -> {
          throw new FailureException(failure.get());
        });
    for (FailureCode code : FailureCode.values()) {
      failure.set(Failure.of(code, "it is " + code, "do this").withEvidence(List.of("line")));
      Http.Reply reply = http.get("/v1/containers");
      assertThat(reply.status()).as(code.name()).isEqualTo(code.httpStatus());
      assertThat(reply.contentType()).isEqualTo("application/problem+json");
      assertThat(reply.json().getMap())
          .containsEntry("code", code.name())
          .containsEntry("certainty", "RAN_AND_FAILED")
          .containsEntry("message", "it is " + code)
          .containsEntry("detail", "it is " + code)
          .containsEntry("remedy", "do this")
          .containsEntry("status", code.httpStatus());
      assertThat(reply.json().getJsonArray("evidence")).containsExactly("line");
    }
  }

  @Test
  void aLeaderWhoComesSoonIsWaitedFor() {
    cluster.vertx().setTimer(700, t -> Thread.ofVirtual().start(this::lead));
    assertThat(http.get("/v1/containers").status()).isEqualTo(200);
  }

  private void lead() {
    cluster.answer(Addresses.LIST, q -> new ContainerList(List.of()));
  }

  @Test
  void withoutALeaderTheWaitHasAnEnd() {
    long began = System.nanoTime();
    Http.Reply reply = http.get("/v1/containers");
    assertThat(reply.code()).isEqualTo("NO_LEADER");
    assertThat(System.nanoTime() - began).isBetween(4_000_000_000L, 8_000_000_000L);
  }

  @Test
  void whatMayHaveHappenedIsNotRepeated() {
    AtomicInteger asked = new AtomicInteger();
    cluster.answer(
        Addresses.COMMAND,
        q -> {
          asked.incrementAndGet();
          throw new FailureException(Failure.unknown(FailureCode.NO_LEADER, "lost it", ""));
        });
    assertThat(http.post("/v1/containers/c/start", "").code()).isEqualTo("NO_LEADER");
    assertThat(asked).hasValue(1);
  }

  @Test
  void webPagesAreNotLetIn() {
    assertBad(http.send(HttpMethod.GET, "/v1/ping", null, Map.of("Origin", "http://x")), "a page");
    assertBad(http.send(HttpMethod.GET, "/v1/ping", null, Map.of("Origin", "null")), "a page");
    assertBad(
        http.send(HttpMethod.GET, "/v1/ping", null, Map.of("Sec-Fetch-Site", "cross-site")),
        "a web page");
    assertBad(
        http.send(HttpMethod.GET, "/v1/ping", null, Map.of("Host", "evil.example:1234")),
        "not this host's loopback");
    assertThat(http.send(HttpMethod.GET, "/v1/ping", null, Map.of("Host", "127.0.0.1:99")).status())
        .isEqualTo(200);
    assertThat(http.send(HttpMethod.GET, "/v1/ping", null, Map.of("Host", "[::1]:99")).status())
        .isEqualTo(200);
  }

  private static void assertBad(Http.Reply reply, String words) {
    assertThat(reply.code()).as(reply.body()).isEqualTo("BAD_REQUEST");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().getString("message")).contains(words);
  }
}
