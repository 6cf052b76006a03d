package io.nereid.nymph.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import io.nereid.protocol.codec.WireCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks runc about, and to act on, the containers of this host. Every call blocks for one short run
 * of it and throws a {@link FailureException} of RUNTIME_FAILED, or TIMEOUT with an unknown
 * outcome. Creating and restoring go through conmon, which has to hold the output. Thread-safe.
 */
public final class Runc {
  private static final Duration QUICK = Duration.ofSeconds(10);
  private static final Duration SLOW = Duration.ofSeconds(30);
  private final ProcessRunner runner;
  private final Path root;

  public Runc(ProcessRunner runner, HostPaths paths) {
    this.runner = runner;
    this.root = paths.runcRoot();
  }

  /** runc's command line with this host's state directory, for those who run it in another way. */
  public List<String> argv(String... words) {
    List<String> argv = new ArrayList<>(globalArgs());
    argv.addFirst("runc");
    argv.addAll(List.of(words));
    return argv;
  }

  /** What comes before the verb. */
  public List<String> globalArgs() {
    return List.of("--root", root.toString());
  }

  /** What the runtime knows; empty when it knows nothing of this container. */
  public Optional<RuntimeState> state(ContainerId id) {
    Outcome outcome = run(QUICK, "state", id.value());
    if (outcome instanceof Outcome.Exited e && e.code() != 0 && saysAbsent(e.stderr())) {
      return Optional.empty();
    }
    String doing = "asking for the state of container " + id;
    return Optional.of(parse(tree(doing, expectOk(doing, outcome))));
  }

  /** Everything that is in the state directory, also what others have put there. */
  public List<RuntimeState> list() {
    String doing = "listing the runtime's containers";
    JsonNode all = tree(doing, expectOk(doing, run(QUICK, "list", "--format", "json")));
    List<RuntimeState> states = new ArrayList<>();
    if (all.isArray()) {
      all.forEach(one -> states.add(parse(one)));
    }
    return states;
  }

  /** Lets the first process of a container that has been created begin. */
  public void start(ContainerId id) {
    expectOk("starting container " + id, run(SLOW, "start", id.value()));
  }

  /** Freezes all its processes through the cgroup. */
  public void pause(ContainerId id) {
    expectOk("pausing container " + id, run(QUICK, "pause", id.value()));
  }

  /** Thaws all its processes; does nothing when they are not frozen. */
  public void resume(ContainerId id) {
    Outcome outcome = run(QUICK, "resume", id.value());
    if (outcome instanceof Outcome.Exited e && e.code() != 0 && e.stderr().contains("not paused")) {
      return;
    }
    expectOk("resuming container " + id, outcome);
  }

  /**
   * Sends a signal to its first process; does nothing when that has ended.
   *
   * @param signal name without SIG, or a number
   */
  public void kill(ContainerId id, String signal) {
    Outcome outcome = run(QUICK, "kill", id.value(), signal);
    if (outcome instanceof Outcome.Exited e
        && e.code() != 0
        && (saysAbsent(e.stderr()) || e.stderr().contains("not running"))) {
      return;
    }
    expectOk("sending " + signal + " to container " + id, outcome);
  }

  /** Kills what is left of it and removes its cgroups and state; absent is fine. */
  public void delete(ContainerId id) {
    expectOk("deleting container " + id, run(SLOW, "delete", "--force", id.value()));
  }

  private Outcome run(Duration limit, String... words) {
    return runner.run(Command.of(limit, argv(words)));
  }

  private static boolean saysAbsent(String stderr) {
    return stderr.contains("does not exist");
  }

  private static String expectOk(String doing, Outcome outcome) {
    if (outcome instanceof Outcome.Exited e && e.code() == 0) {
      return e.stdout();
    }
    throw RuntimeFailures.of(FailureCode.RUNTIME_FAILED, doing, outcome, "", List.of());
  }

  private static JsonNode tree(String doing, String json) {
    try {
      return WireCodec.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      Outcome said =
          new Outcome.NotStarted(List.of("runc"), "unreadable answer: " + e.getMessage());
      throw RuntimeFailures.of(FailureCode.RUNTIME_FAILED, doing, said, "", List.of(json));
    }
  }

  private static RuntimeState parse(JsonNode state) {
    RuntimeState.Status status;
    try {
      status = RuntimeState.Status.valueOf(state.path("status").asText().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      Outcome said =
          new Outcome.NotStarted(List.of("runc"), "unknown status " + state.path("status"));
      throw RuntimeFailures.of(
          FailureCode.RUNTIME_FAILED, "asking for a container's state", said, "", List.of());
    }
    return new RuntimeState(
        state.path("id").asText(),
        status,
        state.path("pid").asInt(),
        state.path("bundle").asText());
  }
}
