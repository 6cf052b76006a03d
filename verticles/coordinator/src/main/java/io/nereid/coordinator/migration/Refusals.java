package io.nereid.coordinator.migration;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.Finding;
import io.nereid.domain.preflight.Severity;
import io.nereid.domain.preflight.Verdict;
import java.util.List;

/** A judgement that speaks against a move, as the failure that people and programs see. */
final class Refusals {
  private Refusals() {}

  static Failure of(ContainerName container, Assessment found) {
    List<Finding> against = found.against();
    Finding first = against.getFirst();
    boolean risky = found.verdict() == Verdict.RISKY;
    String message =
        "moving container '"
            + container
            + "' to host '"
            + found.host()
            + (risky ? "' is risky: " : "' cannot work: ")
            + first.message()
            + (against.size() > 1 ? " (and " + (against.size() - 1) + " more)" : "");
    String remedy =
        risky
            ? (first.remedy().isEmpty() ? "" : first.remedy() + "; ") + "or insist with --force"
            : first.remedy();
    return Failure.refused(risky ? FailureCode.INCOMPATIBLE : code(first), message, remedy)
        .withEvidence(against.stream().map(Refusals::line).toList());
  }

  private static String line(Finding f) {
    String text = (f.severity() == Severity.REJECT ? "reject " : "risk ") + f.id() + ": ";
    return text + f.message() + (f.remedy().isEmpty() ? "" : " -> " + f.remedy());
  }

  private static FailureCode code(Finding rejected) {
    return switch (rejected.id()) {
      case "name" -> FailureCode.NAME_TAKEN;
      case "address", "ports" -> FailureCode.ADDRESS_TAKEN;
      case "memory", "disk", "dump-space" -> FailureCode.NO_SPACE;
      case "terminal", "kernel-objects", "devices", "outside-files" -> FailureCode.UNSUPPORTED;
      default -> FailureCode.INCOMPATIBLE;
    };
  }
}
