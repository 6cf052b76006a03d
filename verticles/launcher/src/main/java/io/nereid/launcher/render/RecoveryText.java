package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.List;

/** What becomes of containers whose host is gone, in words. */
public final class RecoveryText {
  private RecoveryText() {}

  /** What is to be done, one line for each container. */
  public static String plans(List<Doc> plans) {
    if (plans.isEmpty()) {
      return "no container belongs to that host\n";
    }
    StringBuilder out = new StringBuilder();
    for (Doc plan : plans) {
      out.append(plan.at("container", "name").text()).append(": ");
      if (plan.at("target").isPresent()) {
        out.append("from ").append(plan.at("container", "owner").text());
        out.append(" to ").append(plan.at("target").text());
        out.append(", snapshot ").append(plan.at("snapshot").text());
        out.append(" of ").append(plan.at("holder").text());
        out.append("; ").append(lost(plan.at("lost")));
      } else {
        out.append("waits: ").append(plan.at("waits").text());
      }
      out.append('\n');
    }
    return lines(out);
  }

  /** What was done, one line for each container. */
  public static String ended(List<Doc> recoveries) {
    StringBuilder out = new StringBuilder();
    for (Doc recovery : recoveries) {
      if (recovery.at("phase").text().equals("DONE")) {
        out.append(recovery.at("base", "name").text());
        out.append(" runs on ").append(recovery.at("granted", "owner").text());
        out.append("; ").append(lost(recovery.at("lost"))).append('\n');
      }
    }
    return lines(out);
  }

  /** The last recovery of a container; empty when there was none. */
  static String of(Doc recovery, Instant now) {
    String from = recovery.at("base", "owner").text();
    return switch (recovery.at("phase").text()) {
      case "RESTORING" ->
          "from " + from + " to " + recovery.at("granted", "owner").text() + ", under way";
      case "DONE" ->
          "from "
              + from
              + " "
              + Times.since(recovery.at("ended").text(), now)
              + " ago, snapshot "
              + recovery.at("snapshot").text()
              + "; "
              + lost(recovery.at("lost"));
      case "FAILED" -> recovery.at("failure", "message").text();
      default -> "";
    };
  }

  /** How a container stands, as an addition to its state; empty when there is nothing to say. */
  static String state(Doc recovery) {
    return switch (recovery.at("phase").text()) {
      case "RESTORING" -> "being recovered";
      case "DONE" -> "recovered, " + length(recovery.at("lost")) + " lost";
      default -> "";
    };
  }

  private static String lost(Doc window) {
    return length(window)
        + " are lost ("
        + window.at("from").text()
        + " to "
        + window.at("until").text()
        + ")";
  }

  private static String length(Doc window) {
    return Figures.millis(
        Math.max(0, Times.between(window.at("from").text(), window.at("until").text())));
  }

  private static String lines(StringBuilder text) {
    StringBuilder out = new StringBuilder();
    text.toString().lines().forEach(line -> out.append(Figures.clean(line)).append('\n'));
    return out.toString();
  }
}
