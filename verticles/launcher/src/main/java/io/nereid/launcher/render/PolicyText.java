package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.util.ArrayList;
import java.util.List;

/** How a container is protected by snapshots, in one line. */
public final class PolicyText {
  private PolicyText() {}

  /** How it stands with it: for example "every 5.00 s", or why there is none. */
  static String schedule(Doc schedule) {
    List<String> parts = new ArrayList<>();
    long interval = schedule.at("intervalMs").number(0);
    if (interval > 0) {
      parts.add("every " + Figures.millis(interval));
    }
    if (schedule.at("newest").isPresent()) {
      parts.add("last taken " + schedule.at("newest").text());
    }
    long failures = schedule.at("failures").number(0);
    if (failures > 0) {
      parts.add(failures + " failed in a row");
    }
    if (schedule.at("trouble").isPresent()) {
      parts.add(schedule.at("trouble").text());
    }
    return String.join("; ", parts);
  }

  /** For example: a snapshot every 5.00 s, every 3rd kept and copied to 1 host; keeps 10. */
  public static String of(Doc policy) {
    List<String> parts = new ArrayList<>();
    long interval = policy.at("intervalMs").number(0);
    long rpo = policy.at("rpoMs").number(0);
    if (interval > 0) {
      parts.add("a snapshot every " + Figures.millis(interval));
    } else if (rpo > 0) {
      parts.add("a recovery point no older than " + Figures.millis(rpo));
    } else {
      parts.add("snapshots only by hand");
    }
    parts.add("chain " + policy.at("chainLength").number(1));
    List<String> limits = new ArrayList<>();
    long count = policy.at("keepCount").number(0);
    long time = policy.at("keepMs").number(0);
    long bytes = policy.at("keepBytes").number(0);
    if (count > 0) {
      limits.add(Long.toString(count));
    }
    if (time > 0) {
      limits.add("for " + Figures.age(time / 1_000));
    }
    if (bytes > 0) {
      limits.add("up to " + Figures.bytes(bytes));
    }
    parts.add(limits.isEmpty() ? "keep all" : "keep " + String.join(", ", limits));
    parts.add("replicas " + policy.at("replicas").number(0));
    return String.join("; ", parts);
  }
}
