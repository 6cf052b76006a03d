package io.nereid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Phase;
import io.nereid.gateway.testkit.Examples;
import io.nereid.gateway.testkit.FakeCluster;
import io.nereid.gateway.testkit.Http;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.NymphMessages.LogChunk;
import io.nereid.protocol.message.NymphMessages.LogLine;
import io.nereid.protocol.message.NymphMessages.LogsRequest;
import io.nereid.protocol.message.NymphMessages.Stream;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsTest {
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
  void aLogIsReadToItsEnd() {
    cluster.answer(Addresses.LOCATE, q -> Examples.at(Examples.A));
    cluster.answer(
        Addresses.LOGS.at(Examples.A),
        q -> q.cursor() < 20 ? lines(q.cursor() + 10, "l" + q.cursor()) : lines(q.cursor()));
    Http.Reply reply = http.get("/v1/containers/counter/logs");
    assertThat(reply.contentType()).isEqualTo("application/x-ndjson");
    assertThat(texts(reply)).containsExactly("l0", "l10");
    assertThat(reply.lines().getLast().getLong("cursor")).isEqualTo(20);
  }

  @Test
  void tailAndSinceReachTheHostOnce() {
    List<LogsRequest> asked = new CopyOnWriteArrayList<>();
    cluster.answer(Addresses.LOCATE, q -> Examples.at(Examples.A));
    cluster.answer(
        Addresses.LOGS.at(Examples.A),
        q -> {
          asked.add(q);
          return asked.size() == 1 ? lines(7, "x") : lines(7);
        });
    http.get("/v1/containers/counter/logs?tail=5&since=99");
    assertThat(asked).hasSize(2);
    assertThat(asked.get(0).tail()).isEqualTo(5);
    assertThat(asked.get(0).sinceEpochMs()).isEqualTo(99);
    assertThat(asked.get(1).tail()).isEqualTo(-1);
    assertThat(asked.get(1).cursor()).isEqualTo(7);
  }

  @Test
  void aFollowedLogGoesOnWhereTheContainerHasMovedTo() {
    AtomicReference<NodeId> owner = new AtomicReference<>(Examples.A);
    AtomicReference<ContainerState> state = new AtomicReference<>(ContainerState.RUNNING);
    cluster.answer(Addresses.LOCATE, q -> Examples.at(owner.get(), state.get()));
    cluster.answer(
        Addresses.LOGS.at(Examples.A),
        q -> {
          if (q.cursor() == 0) {
            return lines(10, "at a");
          }
          owner.set(Examples.B);
          throw new FailureException(Failure.of(FailureCode.NOT_FOUND, "gone from a", ""));
        });
    cluster.answer(
        Addresses.LOGS.at(Examples.B),
        q -> {
          state.set(ContainerState.STOPPED);
          return q.cursor() == 10
              ? new LogChunk(List.of(line("at b")), 20, false)
              : new LogChunk(List.of(), q.cursor(), true);
        });
    Http.Reply reply = http.get("/v1/containers/counter/logs?follow=true");
    assertThat(texts(reply)).containsExactly("at a", "at b");
    assertThat(reply.lines().getLast().getBoolean("end")).isTrue();
  }

  @Test
  void theEndOfTheOldCopyIsNotTheEndOfTheContainer() {
    AtomicReference<NodeId> owner = new AtomicReference<>(Examples.B);
    AtomicInteger atB = new AtomicInteger();
    cluster.answer(
        Addresses.LOCATE,
        q ->
            atB.get() == 0
                ? Examples.at(owner.getAndSet(Examples.B))
                : Examples.at(Examples.B, ContainerState.STOPPED));
    owner.set(Examples.A);
    cluster.answer(Addresses.LOGS.at(Examples.A), q -> new LogChunk(List.of(line("a")), 5, true));
    cluster.answer(
        Addresses.LOGS.at(Examples.B),
        q -> {
          atB.incrementAndGet();
          return new LogChunk(q.cursor() == 5 ? List.of(line("b")) : List.of(), 9, true);
        });
    assertThat(texts(http.get("/v1/containers/counter/logs?follow=true")))
        .containsExactly("a", "b");
  }

  @Test
  void aFollowedLogOfARemovedContainerEndsWithTheReason() {
    cluster.answer(Addresses.LOCATE, q -> Examples.at(Examples.A));
    AtomicInteger asked = new AtomicInteger();
    cluster.answer(
        Addresses.LOGS.at(Examples.A),
        q -> {
          if (asked.getAndIncrement() == 0) {
            return lines(3, "x");
          }
          throw new FailureException(Failure.of(FailureCode.NOT_FOUND, "no such container", ""));
        });
    Http.Reply reply = http.get("/v1/containers/counter/logs?follow");
    JsonObject last = reply.lines().getLast();
    assertThat(last.getString("type")).isEqualTo("failure");
    assertThat(last.getJsonObject("failure").getString("code")).isEqualTo("NOT_FOUND");
  }

  @Test
  void theLogOfAnUnknownContainerIsAProblem() {
    cluster.answer(
        Addresses.LOCATE,
        q -> {
          throw new FailureException(Failure.of(FailureCode.NOT_FOUND, "no " + q.ref(), ""));
        });
    assertThat(http.get("/v1/containers/ghost/logs").status()).isEqualTo(404);
  }

  @Test
  void aMigrationIsWaitedForUntilItChanges() {
    AtomicInteger asked = new AtomicInteger();
    cluster.answer(
        Addresses.MIGRATION, q -> Examples.view(asked.incrementAndGet() < 3 ? 4 : 5, Phase.DUMP));
    Http.Reply reply = http.get("/v1/migrations/" + Examples.MIGRATION + "?version=4&wait=20000");
    assertThat(reply.json().getLong("version")).isEqualTo(5);
    assertThat(asked).hasValue(3);
    assertThat(http.get("/v1/migrations/" + Examples.MIGRATION).status()).isEqualTo(200);
  }

  @Test
  void theProgressOfAMigrationEndsWithIt() {
    List<Phase> phases = List.of(Phase.AHEAD, Phase.FREEZE, Phase.SUCCEEDED);
    AtomicInteger asked = new AtomicInteger();
    cluster.answer(
        Addresses.MIGRATION,
        q -> {
          int n = asked.getAndIncrement();
          if (n == 1) {
            throw new FailureException(Failure.refused(FailureCode.NO_LEADER, "changing", ""));
          }
          return Examples.view(n, phases.get(Math.max(0, n - 1)));
        });
    Http.Reply reply = http.get("/v1/migrations/" + Examples.MIGRATION + "/progress");
    List<String> seen = new ArrayList<>();
    reply.lines().forEach(l -> seen.add(l.getJsonObject("migration").getString("phase")));
    assertThat(seen).containsExactly("AHEAD", "FREEZE", "SUCCEEDED");
  }

  private static LogChunk lines(long next, String... texts) {
    List<LogLine> lines = new ArrayList<>();
    for (String text : texts) {
      lines.add(line(text));
    }
    return new LogChunk(lines, next, false);
  }

  private static LogLine line(String text) {
    return new LogLine("2026-01-31T12:00:00Z", Stream.STDOUT, text, false);
  }

  private static List<String> texts(Http.Reply reply) {
    return reply.lines().stream()
        .filter(l -> "line".equals(l.getString("type")))
        .map(l -> l.getString("text"))
        .toList();
  }
}
