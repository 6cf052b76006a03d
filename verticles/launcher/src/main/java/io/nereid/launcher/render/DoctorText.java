package io.nereid.launcher.render;

import io.nereid.nymph.probe.DoctorReport;
import io.nereid.nymph.probe.Requirement;

/** What was examined, for people: first the table, then what to do. */
public final class DoctorText {
  private DoctorText() {}

  /** Lines, each with its end. */
  public static String of(DoctorReport report) {
    Table table = new Table("", "WHAT", "FOUND");
    StringBuilder todo = new StringBuilder();
    for (Requirement requirement : report.requirements()) {
      table.row(mark(requirement.status()), requirement.name(), requirement.found());
      if (requirement.status() != Requirement.Status.OK) {
        todo.append("  ").append(Figures.clean(requirement.name())).append('\n');
        todo.append("    needed: ").append(Figures.clean(requirement.needed())).append('\n');
        todo.append("    remedy: ").append(Figures.clean(requirement.remedy())).append('\n');
      }
    }
    String verdict =
        report.ok()
            ? "containers can run and move here\n"
            : "containers cannot run and move here yet\n";
    return table + (todo.isEmpty() ? "" : "what to do:\n" + todo) + verdict;
  }

  private static String mark(Requirement.Status status) {
    return switch (status) {
      case OK -> "ok";
      case WARNING -> "warning";
      case FAILED -> "FAILED";
    };
  }
}
