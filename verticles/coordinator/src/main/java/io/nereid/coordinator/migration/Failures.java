package io.nereid.coordinator.migration;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.preflight.Assessment;
import java.util.List;

/** The words for what the machine finds out by itself. */
final class Failures {
  private Failures() {}

  static Failure lost(NodeId node, Draft d) {
    String role = node.equals(d.source()) ? "source" : "target";
    return Failure.unknown(
        FailureCode.NODE_LOST,
        "host '" + node + "', the " + role + " of the migration, has left the cluster",
        "look at 'nereid nodes'; start its daemon again");
  }

  static Failure wrongResult(Event.Done e) {
    return Failure.of(
        FailureCode.PROTOCOL,
        "step " + e.step() + " was answered with " + e.result().getClass().getSimpleName(),
        "both hosts must run the same version");
  }

  static Failure wrongContainer(ContainerId id, Draft d) {
    return Failure.of(
        FailureCode.PROTOCOL,
        "host '" + d.source() + "' described container " + id + " instead of " + d.current.id(),
        "both hosts must run the same version");
  }

  static Failure notRunning(Draft d, ContainerState state) {
    return Failure.of(
        FailureCode.WRONG_STATE,
        "container '" + d.current.name() + "' is " + state + "; only a running one can be moved",
        state == ContainerState.PAUSED ? "unpause it first" : "start it first");
  }

  static Failure notMovable(Draft d, Assessment found) {
    return Refusals.of(d.current.name(), found);
  }

  static Failure stillRestoring(Draft d) {
    return Failure.unknown(
        FailureCode.TIMEOUT,
        "host '" + d.target() + "' is still restoring; its answer is waited for",
        "");
  }

  static Failure ledgerSilent(Draft d) {
    return Failure.unknown(
        FailureCode.NO_LEADER,
        "the ledger has no entry for container '" + d.current.name() + "' at the moment",
        "it comes back with the reports of the hosts; start the daemons that are down");
  }

  static Failure contradiction(Draft d, Ownership found) {
    return new Failure(
        FailureCode.NEEDS_OPERATOR,
        Certainty.RAN_AND_FAILED,
        "the ledger says that container '"
            + d.current.name()
            + "' belongs to host '"
            + found.owner()
            + "' in epoch "
            + found.epoch()
            + ", which this migration did not write: nothing more was done",
        "compare 'nereid ps -a' with what runs on '"
            + d.source()
            + "' and '"
            + d.target()
            + "'; the copy on '"
            + found.owner()
            + "' is the one that may run",
        List.of("expected " + d.current, "wanted " + d.wanted(), "found " + found));
  }

  static Failure givenUp(Draft d, Failure last) {
    return new Failure(
        FailureCode.NEEDS_OPERATOR,
        Certainty.RAN_AND_FAILED,
        "host '" + d.source() + "' may run the container but cannot thaw it: " + last.message(),
        "nothing runs anywhere else; look at the evidence, mend the host, then 'nereid unpause' it",
        last.evidence());
  }

  static Failure cleanupLater(Draft d) {
    return Failure.unknown(
        FailureCode.NODE_LOST,
        "host '"
            + d.target()
            + "' has not confirmed that it removed what it had received; it is asked again until it"
            + " has",
        "start its daemon if it is down");
  }

  static Failure notWritten(Draft d) {
    return Failure.of(
        FailureCode.NO_LEADER,
        "the ledger did not take the write of "
            + d.wanted().map(w -> "(" + w.owner() + ", " + w.epoch() + ")").orElse("the owner"),
        "look at 'nereid nodes': most of the hosts must be reachable");
  }

  static Failure absent(Draft d) {
    return Failure.of(
        FailureCode.RUNTIME_FAILED,
        "nothing runs on host '" + d.target() + "': the restore has failed or never began",
        "look at the daemon's log there");
  }

  static Failure windowLost(Draft d, Failure why) {
    String since =
        d.frozenAt
            .map(at -> "since %s (%d s)".formatted(at, Math.max(0, d.millis(at) / 1_000)))
            .orElse("since it was frozen");
    return new Failure(
        why.code() == FailureCode.PAGES_LOST ? why.code() : FailureCode.NODE_LOST,
        Certainty.RAN_AND_FAILED,
        "container '"
            + d.current.name()
            + "' goes on at host '"
            + d.source()
            + "' as of its freeze; what it has done at host '"
            + d.target()
            + "' "
            + since
            + " is lost: "
            + why.message(),
        "check what depends on what it did meanwhile; its connections are broken",
        why.evidence());
  }

  static boolean didNotRun(Failure failure) {
    return failure.certainty() == Certainty.DID_NOT_RUN;
  }

  /** Whether nobody was there to answer, as opposed to somebody who refused or failed. */
  static boolean isAway(Failure failure) {
    return failure.certainty() == Certainty.UNKNOWN
        || (didNotRun(failure) && failure.code() == FailureCode.NODE_LOST);
  }
}
