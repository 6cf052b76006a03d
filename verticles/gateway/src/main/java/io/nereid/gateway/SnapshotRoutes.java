package io.nereid.gateway;

import io.nereid.domain.id.JobId;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.JobMessages.CheckpointRequest;
import io.nereid.protocol.message.JobMessages.DiffRequest;
import io.nereid.protocol.message.JobMessages.ExportRequest;
import io.nereid.protocol.message.JobMessages.ImportRequest;
import io.nereid.protocol.message.JobMessages.JobRequest;
import io.nereid.protocol.message.JobMessages.JobState;
import io.nereid.protocol.message.JobMessages.JobView;
import io.nereid.protocol.message.JobMessages.PruneRequest;
import io.nereid.protocol.message.JobMessages.RemoveSnapshotRequest;
import io.nereid.protocol.message.JobMessages.ReplicateRequest;
import io.nereid.protocol.message.JobMessages.RestoreRequest;
import io.nereid.protocol.message.JobMessages.RewindRequest;
import io.nereid.protocol.message.JobMessages.SnapshotRequest;
import io.nereid.protocol.message.JobMessages.SnapshotsRequest;
import io.nereid.protocol.message.JobMessages.VerifyRequest;
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

  private record Rewind(Optional<String> to, Optional<Boolean> keepPresent) {}

  private record Prune(Optional<String> container, Optional<Boolean> dryRun) {}

  private record Export(Optional<String> file, Optional<String> node, Optional<Boolean> replace) {}

  private record Copy(Optional<String> node) {}

  private record Verify(Optional<String> node, Optional<Boolean> repair) {}

  private record Import(Optional<String> file, Optional<String> node, Optional<String> label) {}

  private final Questions questions;
  private final NodeId self;

  SnapshotRoutes(Questions questions, NodeId self) {
    this.questions = questions;
    this.self = self;
  }

  void mount(Router router) {
    router.post("/v1/containers/:ref/checkpoint").handler(Replies.of(ACCEPTED, this::checkpoint));
    router.post("/v1/containers/:ref/rewind").handler(Replies.of(ACCEPTED, this::rewind));
    router.get("/v1/snapshots").handler(Replies.of(this::list));
    router.post("/v1/snapshots/import").handler(Replies.of(ACCEPTED, this::read));
    router.post("/v1/snapshots/prune").handler(Replies.of(this::prune));
    router.get("/v1/snapshots/:snapshot").handler(Replies.of(this::one));
    router.get("/v1/snapshots/:snapshot/diff").handler(Replies.of(this::diff));
    router.delete("/v1/snapshots/:snapshot").handler(Replies.of(this::remove));
    router.post("/v1/snapshots/:snapshot/restore").handler(Replies.of(ACCEPTED, this::restore));
    router.post("/v1/snapshots/:snapshot/verify").handler(Replies.of(ACCEPTED, this::verify));
    router.post("/v1/snapshots/:snapshot/export").handler(Replies.of(ACCEPTED, this::export));
    router.post("/v1/snapshots/:snapshot/copies").handler(Replies.of(ACCEPTED, this::copy));
    router.get("/v1/jobs/:job").handler(Replies.of(this::job));
  }

  private Future<?> checkpoint(RoutingContext context) {
    Checkpoint body = RequestReader.body(context, Checkpoint.class);
    return questions.ask(
        Addresses.CHECKPOINT, new CheckpointRequest(RequestReader.ref(context), body.label()));
  }

  private Future<?> rewind(RoutingContext context) {
    Rewind body = RequestReader.body(context, Rewind.class);
    String to =
        body.to()
            .filter(ref -> REF.matcher(ref).matches())
            .orElseThrow(() ->
                RequestReader.bad("'to' is missing or no snapshot", "give its id or its label"));
    return questions.ask(
        Addresses.REWIND,
        new RewindRequest(RequestReader.ref(context), to, body.keepPresent().orElse(true)));
  }

  private Future<?> list(RoutingContext context) {
    RequestReader.onlyQuery(context, "all");
    return questions.ask(
        Addresses.SNAPSHOTS, new SnapshotsRequest(RequestReader.flag(context, "all")));
  }

  private Future<?> prune(RoutingContext context) {
    Prune body = RequestReader.body(context, Prune.class);
    return questions.ask(
        Addresses.PRUNE, new PruneRequest(body.container(), body.dryRun().orElse(false)));
  }

  private Future<?> one(RoutingContext context) {
    RequestReader.onlyQuery(context);
    return questions.ask(Addresses.FIND_SNAPSHOT, new SnapshotRequest(snapshot(context)));
  }

  private Future<?> diff(RoutingContext context) {
    RequestReader.onlyQuery(context, "to");
    String to = context.queryParams().get("to");
    if (to == null || !REF.matcher(to).matches()) {
      throw RequestReader.bad(
          "'to' is " + RequestReader.shown(to) + ", which is no snapshot", "give its id or label");
    }
    return questions.ask(Addresses.DIFF, new DiffRequest(snapshot(context), to));
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

  private Future<?> verify(RoutingContext context) {
    Verify body = RequestReader.body(context, Verify.class);
    return questions.ask(
        Addresses.VERIFY,
        new VerifyRequest(
            snapshot(context), body.node().map(NodeId::new), body.repair().orElse(false)));
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
