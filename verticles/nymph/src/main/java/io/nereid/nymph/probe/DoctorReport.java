package io.nereid.nymph.probe;

import java.util.List;

/**
 * Everything that was examined.
 *
 * @param ok true when nothing FAILED: containers can run and move here
 */
public record DoctorReport(boolean ok, List<Requirement> requirements) {
  public DoctorReport {
    requirements = List.copyOf(requirements);
  }

  static DoctorReport of(List<Requirement> requirements) {
    return new DoctorReport(
        requirements.stream().noneMatch(r -> r.status() == Requirement.Status.FAILED),
        requirements);
  }
}
