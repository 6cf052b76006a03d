package io.nereid.launcher.demo;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.Endpoint;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.RemoteFailures;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.CoordinatorMessages.ContainerList;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import io.nereid.protocol.message.CoordinatorMessages.NodeList;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A cluster as seen through the gateway of one of its hosts, in the records of shared. All methods
 * block and throw {@link FailureException}s.
 */
public final class Cluster {
  private static final String CONTAINERS = "/v1/containers";
  private static final long WAIT_MS = 2_000;
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private final GatewayClient client;

  public Cluster(Path socket) {
    this.client = new GatewayClient(new Endpoint.Unix(socket));
  }

  /** Starts a container on a host that can read the bundle. */
  public Location run(NodeId node, Path bundle, String name) {
    Map<String, Object> body =
        Map.of("node", node.value(), "bundle", bundle.toString(), "name", name);
    return as(client.post(CONTAINERS, body), Location.class);
  }

  /** Where a container is. */
  public Location locate(String ref) {
    return as(
        client.get(CONTAINERS + "/" + GatewayClient.segment(ref)).at("location"), Location.class);
  }

  /** All containers, stopped ones too. */
  public List<Location> containers() {
    return as(client.get(CONTAINERS + "?all"), ContainerList.class).containers();
  }

  /** What its host says about it; empty parts when the host does not answer. */
  public Doc inspect(String ref) {
    return client.get(CONTAINERS + "/" + GatewayClient.segment(ref)).at("inspection");
  }

  /** Kills and deletes a container. */
  public void remove(String ref) {
    client.delete(CONTAINERS + "/" + GatewayClient.segment(ref) + "?force");
  }

  /** Takes a snapshot of a running container. */
  public Snapshot checkpoint(String ref) {
    String path = CONTAINERS + "/" + GatewayClient.segment(ref) + "/checkpoint";
    Doc job = client.post(path, Map.of());
    String wait = "/v1/jobs/" + GatewayClient.segment(job.at("id").text()) + "?wait=" + WAIT_MS;
    while (job.at("state").text().equals("RUNNING")) {
      job = client.get(wait);
    }
    if (!job.at("state").text().equals("DONE")) {
      throw RemoteFailures.of(job.at("failure"));
    }
    return as(job.at("snapshot"), Snapshot.class);
  }

  /** Asks for a move; returns the accepted migration, not its end. */
  public Migration beginMigration(String ref, NodeId target) {
    String path = CONTAINERS + "/" + GatewayClient.segment(ref) + "/migrate";
    Doc accepted = client.post(path, Map.of("target", target.value()));
    return as(accepted, MigrationView.class).migration();
  }

  /** Moves a container and returns how that ended. */
  public Migration migrate(String ref, NodeId target, Consumer<Migration> progress) {
    Migration accepted = beginMigration(ref, target);
    AtomicReference<Migration> last = new AtomicReference<>(accepted);
    client.lines(
        "/v1/migrations/" + accepted.id().value() + "/progress",
        line -> {
          last.set(as(line, MigrationView.class).migration());
          progress.accept(last.get());
          return !last.get().phase().isFinal();
        });
    return last.get();
  }

  /** A migration as it stands. */
  public Migration migration(Migration of) {
    return as(client.get("/v1/migrations/" + of.id().value()), MigrationView.class).migration();
  }

  /** Asks that a migration be given up. */
  public void cancel(Migration migration) {
    client.post("/v1/migrations/" + migration.id().value() + "/cancel", Map.of());
  }

  /** The hosts. */
  public List<NodeView> nodes() {
    return as(client.get("/v1/nodes"), NodeList.class).nodes();
  }

  /** Follows a container's log from a position; the reader says when it has had enough. */
  public void follow(String ref, long cursor, Predicate<Doc> reader) {
    String path = CONTAINERS + "/" + GatewayClient.segment(ref) + "/logs?follow&cursor=" + cursor;
    client.lines(path, reader);
  }

  /** Waits until so many hosts are present and one leads. */
  public void awaitNodes(int count, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    String last = "";
    while (System.nanoTime() < deadline) {
      try {
        List<NodeView> present = nodes().stream().filter(NodeView::present).toList();
        if (present.size() == count && present.stream().anyMatch(NodeView::leader)) {
          return;
        }
        last = present.size() + " of " + count + " hosts are present";
      } catch (FailureException e) {
        last = e.failure().message();
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    throw new FailureException(
        Failure.of(
            FailureCode.TIMEOUT,
            "the hosts did not find each other within " + limit.toSeconds() + " s: " + last,
            ""));
  }

  private static <T> T as(Doc doc, Class<T> type) {
    return WireCodec.mapper().convertValue(doc.value(), type);
  }
}
