package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Hosts as a table. */
public final class NodeText {
  private NodeText() {}

  /** One row for each host, and below them what keeps hosts from their main job. */
  public static String table(List<Doc> nodes, Instant now) {
    Table table =
        new Table(
            "HOST",
            "ADDRESS",
            "STATE",
            "CONTAINERS",
            "CPUS",
            "LOAD",
            "MEMORY FREE",
            "DISK FREE",
            "RUNC",
            "CRIU",
            "UP",
            "VERSION",
            "LABELS");
    StringBuilder problems = new StringBuilder();
    for (Doc view : nodes) {
      Doc node = view.at("node");
      Doc capabilities = node.at("capabilities");
      table.row(
          node.at("id").text(),
          node.at("address").text(),
          state(view),
          view.at("containers").text("0"),
          node.at("cpus").text(),
          String.format(Locale.ROOT, "%.2f", node.at("load1").decimal(0)),
          Figures.bytes(node.at("memoryAvailableBytes").number(0))
              + " of "
              + Figures.bytes(node.at("memoryTotalBytes").number(0)),
          Figures.bytes(node.at("diskFreeBytes").number(0)),
          capabilities.at("runc").text(),
          capabilities.at("criu").text(),
          Times.since(node.at("started").text(), now),
          node.at("version").text(),
          labels(node));
      for (Doc problem : capabilities.at("problems").items()) {
        problems
            .append(Figures.clean(node.at("id").text()))
            .append(": ")
            .append(Figures.clean(problem.text()))
            .append('\n');
      }
    }
    return table.toString() + problems;
  }

  private static String labels(Doc node) {
    return node.at("labels").members().entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue().text())
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private static String state(Doc view) {
    String state = view.at("present").isTrue() ? "up" : "away";
    return view.at("leader").isTrue() ? state + ", leader" : state;
  }
}
