package io.nereid.domain.preflight;

import io.nereid.domain.migration.MigrationOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a container can move to a host: facts of both sides to findings. Pure. Only what is known
 * to fail is REJECT; a failed move goes back to its source, so what merely may fail is RISK and can
 * be insisted on.
 */
public final class Judgement {
  private Judgement() {}

  /** Every check, each with one finding at least. */
  public static List<Finding> findings(ContainerFacts container, TargetFacts there) {
    List<Finding> findings = new ArrayList<>(HostRules.findings(container, there));
    findings.addAll(InsideRules.findings(container));
    findings.addAll(PlaceRules.findings(container, there));
    return findings;
  }

  /** The same with the verdict and what the move would cost. */
  public static Assessment assess(
      ContainerFacts container, TargetFacts there, MigrationOptions options, Rates rates) {
    long ghosts = container.inside().deleted().stream().mapToLong(OpenFile::bytes).sum();
    return Assessment.of(
        there.host().host(),
        findings(container, there),
        java.util.Optional.of(
            Predictor.predict(
                container.memoryBytes() + ghosts,
                container.filesBytes(),
                container.dirtyBytesPerSecond(),
                options,
                rates)));
  }
}
