package io.nereid.domain.preflight;

import io.nereid.domain.id.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * What preflight says about one host.
 *
 * @param findings the weightiest first
 * @param prediction what the move would cost; absent when the host could not be asked
 */
public record Assessment(
    NodeId host, Verdict verdict, List<Finding> findings, Optional<Prediction> prediction) {
  public Assessment {
    findings = List.copyOf(findings);
  }

  /** The verdict follows from the weightiest finding. */
  public static Assessment of(NodeId host, List<Finding> findings, Optional<Prediction> cost) {
    Severity worst =
        findings.stream().map(Finding::severity).max(Severity::compareTo).orElse(Severity.OK);
    Verdict verdict =
        switch (worst) {
          case OK, INFO -> Verdict.YES;
          case RISK -> Verdict.RISKY;
          case REJECT -> Verdict.NO;
        };
    List<Finding> sorted =
        findings.stream()
            .sorted(java.util.Comparator.comparing(Finding::severity).reversed())
            .toList();
    return new Assessment(host, verdict, sorted, cost);
  }

  /** Whether a move may start. */
  public boolean allows(boolean force) {
    return verdict == Verdict.YES || (force && verdict == Verdict.RISKY);
  }

  /** Those findings that speak against it. */
  public List<Finding> against() {
    return findings.stream().filter(Finding::speaksAgainst).toList();
  }

  /** The same without what is merely fine: small enough to be written down. */
  public Assessment brief() {
    return new Assessment(
        host,
        verdict,
        findings.stream().filter(f -> f.severity() != Severity.OK).toList(),
        prediction);
  }
}
