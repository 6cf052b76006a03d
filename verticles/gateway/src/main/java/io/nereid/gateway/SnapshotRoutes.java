package io.nereid.gateway;

import io.nereid.domain.id.JobId;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.JobMessages.CheckpointRequest;
import io.nereid.protocol.message.JobMessages.ExportRequest;
import io.nereid.protocol.message.JobMessages.ImportRequest;
import io.nereid.protocol.message.JobMessages.JobRequest;
import io.nereid.protocol.message.JobMessages.JobState;
import io.nereid.protocol.message.JobMessages.JobView;
import io.nereid.protocol.message.JobMessages.RemoveSnapshotRequest;
import io.nereid.protocol.message.JobMessages.ReplicateRequest;
import io.nereid.protocol.message.JobMessages.RestoreRequest;
import io.nereid.protocol.message.JobMessages.SnapshotRequest;
import io.nereid.protocol.message.JobMessages.SnapshotsRequest;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Snapshots: taken, listed, brought up, written to and read from archives; and their jobs. */
final class SnapshotRoutes {
  private static final int ACCEPTED = 202;
  private static final long WAIT_MS_MAX = 30_000;
  private static final Pattern REF = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

  /** Bodies of requests. */
  private record Checkpoint(Optional<String> label) {}

  private record Restore(Optional<String> node, Optional<String> name) {}

  private record Export(Optional<String> file, Optional<String> node, Optional<Boolean> replace) {}

  private record Copy(Optional<String> node) {}

  private record Import(Optional<String> file, Optional<String> node, Optional<String> label) {}

  private final Questions questions;
  private final NodeId self;

  SnapshotRoutes(Questions questions, NodeId self) {
    this.questions = questions;
    this.self = self;
  }

  void mount(Router router) {
    router.post("/v1/containers/:ref/checkpoint").handler(Replies.of(ACCEPTED, this::checkpoint));
    router.get("/v1/snapshots").handler(Replies.of(this::list));
    router.post("/v1/snapshots/import").handler(Replies.of(ACCEPTED, this::read));
    router.get("/v1/snapshots/:snapshot").handler(Replies.of(this::one));
    router.delete("/v1/snapshots/:snapshot").handler(Replies.of(this::remove));
    router.post("/v1/snapshots/:snapshot/restore").handler(Replies.of(ACCEPTED, this::restore));
    router.post("/v1/snapshots/:snapshot/export").handler(Replies.of(ACCEPTED, this::export));
    router.post("/v1/snapshots/:snapshot/copies").handler(Replies.of(ACCEPTED, this::copy));
    router.get("/v1/jobs/:job").handler(Replies.of(this::job));
  }

  private Future<?> checkpoint(RoutingContext context) {
    Checkpoint body = RequestReader.body(context, Checkpoint.class);
    return questions.ask(
        Addresses.CHECKPOINT, new CheckpointRequest(RequestReader.ref(context), body.label()));
  }

  private Future<?> list(RoutingContext context) {
    RequestReader.onlyQuery(context, "all");
    return questions.ask(
        Addresses.SNAPSHOTS, new SnapshotsRequest(RequestReader.flag(context, "all")));
  }

  private Future<?> one(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions.ask(Addresses.FIND_SNAPSHOT, new SnapshotRequest(snapshot(context)));
  }

  private Future<?> remove(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions.ask(Addresses.REMOVE_SNAPSHOT, new RemoveSnapshotRequest(snapshot(context)));
  }

  private Future<?> restore(RoutingContext context) {
    Restore body = RequestReader.body(context, Restore.class);
    return questions.ask(
        Addresses.RESTORE,
        new RestoreRequest(snapshot(context), body.node().map(NodeId::new), body.name()));
  }

  private Future<?> export(RoutingContext context) {
    Export body = RequestReader.body(context, Export.class);
    return questions.ask(
        Addresses.EXPORT,
        new ExportRequest(
            snapshot(context), node(body.node()), file(body.file()), body.replace().orElse(false)));
  }

  private Future<?> copy(RoutingContext context) {
    Copy body = RequestReader.body(context, Copy.class);
    return questions.ask(
        Addresses.REPLICATE, new ReplicateRequest(snapshot(context), node(body.node())));
  }

  private Future<?> read(RoutingContext context) {
    Import body = RequestReader.body(context, Import.class);
    return questions.ask(
        Addresses.IMPORT, new ImportRequest(node(body.node()), file(body.file()), body.label()));
  }

  private NodeId node(Optional<String> given) {
    return given.map(NodeId::new).orElse(self);
  }

  private static String file(Optional<String> given) {
    return given.orElseThrow(
        () -> RequestReader.bad("'file' is missing", "give the absolute path of an archive"));
  }

  private static String snapshot(RoutingContext context) {
    String ref = context.pathParam("snapshot");
    if (ref == null || !REF.matcher(ref).matches()) {
      throw RequestReader.bad(
          "no snapshot can be called " + RequestReader.shown(ref),
          "use its id, the beginning of its id, or its label");
    }
    return ref;
  }

  private Future<?> job(RoutingContext context) {
    RequestReader.onlyQuery(context, "wait");
    long waitMs = RequestReader.number(context, "wait", 0, 0, WAIT_MS_MAX);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    return job(new JobId(context.pathParam("job")), deadline, waitMs);
  }

  private Future<JobView> job(JobId id, long deadline, long leftMs) {
    long pollMs = Math.clamp(leftMs, 0, Addresses.LONG_POLL_MS);
    return questions
        .ask(Addresses.JOB, new JobRequest(id, pollMs))
        .compose(view -> {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          return view.state() != JobState.RUNNING || left <= 0
              ? Future.succeededFuture(view)
              : job(id, deadline, left);
        });
  }
}
