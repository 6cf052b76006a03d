package io.nereid.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileServerTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  private static final GatewayClient.Limits SHORT =
      new GatewayClient.Limits(Duration.ofSeconds(2), 400, 400);

  @TempDir Path dir;

  @Test
  void anAnswerOfAnyHonestKindIsUnderstood() throws IOException {
    assertThat(get(OK + "Content-Length: 7\r\n\r\n{\"a\":1}").at("a").number(0)).isEqualTo(1);
    assertThat(get(OK + "\r\n{\"a\":2}").at("a").number(0)).isEqualTo(2);
    assertThat(
            get(OK
                    + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"a\r\n4\r\n\":3}\r\n0\r\nT: x\r\n\r\n")
                .at("a")
                .number(0))
        .isEqualTo(3);
  }

  @Test
  void theRequestIsWellFormed() throws IOException {
    try (RawServer server = RawServer.sending(dir, OK + "Content-Length: 2\r\n\r\n{}")) {
      new GatewayClient(server.endpoint()).post("/v1/x", Map.of("k", "ü"));
      assertThat(server.requests().getFirst())
          .isEqualTo(
              "POST /v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                  + "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"k\":\"ü\"}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        OK + "Content-Length: -1\r\n\r\n",
        OK + "Content-Length: +7\r\n\r\n{\"a\":1}",
        OK + "Content-Length: 99999999999999999999\r\n\r\n",
        OK + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n",
        OK + "Content-Length: 4\r\n\r\n{\"a\"",
        OK + "Content-Length: 4\r\n\r\n{}{}",
        OK + "\r\n\u0001"
      })
  void nonsenseIsNamedAsSuch(String reply) throws IOException {
    Failure failure = failure(reply);
    assertThat(failure.code()).isEqualTo(FailureCode.PROTOCOL);
    assertThat(failure.certainty()).isEqualTo(Certainty.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200",
        OK,
        OK + "Content-Length: 10\r\n\r\n{}",
        OK + "Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
        OK + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
      })
  void anAnswerThatBreaksOffIsALostConnection(String reply) throws IOException {
    Failure failure = failure(reply);
    assertThat(failure.code()).isEqualTo(FailureCode.CONNECTION_LOST);
    assertThat(failure.certainty()).isEqualTo(Certainty.UNKNOWN);
  }

  @Test
  void whatIsTooMuchIsNotRead() throws IOException {
    assertThat(failure("HTTP/1.1 200 " + "x".repeat(20_000)).message()).contains("a line of more");
    assertThat(failure(OK + "A: b\r\n".repeat(200) + "\r\n").message()).contains("too many");
    try (RawServer server =
        RawServer.talking(
            dir,
            (client, request) -> {
              client.write(ByteBuffer.wrap((OK + "\r\n").getBytes(StandardCharsets.US_ASCII)));
              byte[] much = new byte[1024 * 1024];
              for (int i = 0; i < 64; i++) {
                ByteBuffer buffer = ByteBuffer.wrap(much);
                while (buffer.hasRemaining()) {
                  client.write(buffer);
                }
              }
            })) {
      assertThat(failure(server).message()).contains("larger than 16777216 bytes");
    }
  }

  @Test
  void aDeeplyNestedDocumentIsNotRead() throws IOException {
    String deep = "[".repeat(5_000);
    assertThat(failure(OK + "Content-Length: 5000\r\n\r\n" + deep).code())
        .isEqualTo(FailureCode.PROTOCOL);
  }

  @Test
  void silenceHasAnEnd() throws IOException {
    try (RawServer server = RawServer.silent(dir)) {
      Failure failure = failure(server);
      assertThat(failure.code()).isEqualTo(FailureCode.TIMEOUT);
      assertThat(failure.certainty()).isEqualTo(Certainty.UNKNOWN);
    }
  }

  @Test
  void aProblemDocumentBecomesTheFailureThatItDescribes() throws IOException {
    String problem =
        "{\"code\":\"BUSY\",\"certainty\":\"DID_NOT_RUN\",\"message\":\"m\",\"remedy\":\"r\","
            + "\"evidence\":[\"e\"],\"more\":{}}";
    Failure failure =
        failure(
            "HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n\r\n" + problem);
    assertThat(failure)
        .isEqualTo(new Failure(FailureCode.BUSY, Certainty.DID_NOT_RUN, "m", "r", List.of("e")));
  }

  @Test
  void anErrorWithoutAProblemDocumentStillSaysSomething() throws IOException {
    Failure failure = failure("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad");
    assertThat(failure.message()).isEqualTo("the daemon answered with status 502");
    Failure newer =
        failure(
            "HTTP/1.1 418 x\r\nContent-Type: application/json\r\n\r\n"
                + "{\"code\":\"TEAPOT\",\"message\":\"I am one\"}");
    assertThat(newer.code()).isEqualTo(FailureCode.INTERNAL);
    assertThat(newer.message()).isEqualTo("I am one");
  }

  @Test
  void aStreamEndsWithTheFailureThatItsLastLineHolds() throws IOException {
    String lines =
        "{\"n\":1}\n{\"n\":2}\n{\"type\":\"failure\",\"failure\":{\"code\":\"NODE_LOST\",\"message\":\"m\"}}\n";
    try (RawServer server = RawServer.sending(dir, OK + "\r\n" + lines)) {
      List<Long> seen = new ArrayList<>();
      FailureException e =
          catchThrowableOfType(
              FailureException.class,
              () ->
                  new GatewayClient(server.endpoint())
                      .lines("/", doc -> seen.add(doc.at("n").number(0))));
      assertThat(seen).containsExactly(1L, 2L);
      assertThat(e.failure().code()).isEqualTo(FailureCode.NODE_LOST);
    }
  }

  @Test
  void aLineWithoutEndIsNotRead() throws IOException {
    try (RawServer server =
        RawServer.talking(
            dir,
            (client, request) -> {
              client.write(ByteBuffer.wrap((OK + "\r\n").getBytes(StandardCharsets.US_ASCII)));
              byte[] much = new byte[1024 * 1024];
              java.util.Arrays.fill(much, (byte) ' ');
              for (int i = 0; i < 8; i++) {
                ByteBuffer buffer = ByteBuffer.wrap(much);
                while (buffer.hasRemaining()) {
                  client.write(buffer);
                }
              }
            })) {
      FailureException e =
          catchThrowableOfType(
              FailureException.class,
              () -> new GatewayClient(server.endpoint()).lines("/", doc -> true));
      assertThat(e).hasMessageContaining("a line of more than 4194304 bytes");
    }
  }

  @Test
  void whoIsNotThereIsUnreachable() {
    Path nowhere = dir.resolve("none.sock");
    FailureException e =
        catchThrowableOfType(
            FailureException.class,
            () -> new GatewayClient(new Endpoint.Unix(nowhere)).get("/v1/ping"));
    assertThat(e.failure().code()).isEqualTo(FailureCode.UNREACHABLE);
    assertThat(e.failure().evidence()).containsExactly(nowhere + " does not exist");
    assertThat(e.failure().remedy()).contains("nereid up");
  }

  private Doc get(String reply) throws IOException {
    try (RawServer server = RawServer.sending(fresh(), reply)) {
      return new GatewayClient(server.endpoint(), SHORT).get("/v1/ping");
    }
  }

  private Failure failure(String reply) throws IOException {
    try (RawServer server = RawServer.sending(fresh(), reply)) {
      return failure(server);
    }
  }

  private static Failure failure(RawServer server) {
    return catchThrowableOfType(
            FailureException.class,
            () -> new GatewayClient(server.endpoint(), SHORT).get("/v1/ping"))
        .failure();
  }

  private Path fresh() throws IOException {
    return java.nio.file.Files.createTempDirectory(dir, "s");
  }
}
