package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Containers as tables and lists. */
public final class ContainerText {
  private static final int SHORT_ID = 12;
  private static final int COMMAND_CHARS = 40;

  private ContainerText() {}

  /** One row for each container. */
  public static String table(List<Doc> locations, Instant now) {
    Table table =
        new Table("NAME", "ID", "STATE", "HOST", "ADDRESS", "UP", "MOVES", "SAFE AS OF", "COMMAND");
    for (Doc location : locations) {
      Doc status = location.at("status");
      table.row(
          status.at("name").text(),
          shortId(status.at("id").text()),
          state(location),
          host(location),
          address(status),
          "RUNNING".equals(status.at("state").text())
              ? Times.since(status.at("started").text(), now)
              : "",
          status.at("moves").text("0"),
          point(location, now),
          shortened(command(status), COMMAND_CHARS));
    }
    return table.toString();
  }

  /** The age of what it would go on from if its host were gone now. */
  private static String point(Doc location, Instant now) {
    return Times.since(location.at("protection", "point").at("taken").text(), now);
  }

  /** One container in one line. */
  public static String oneLine(Doc location) {
    Doc status = location.at("status");
    String address = address(status);
    return Figures.clean(
            status.at("name").text()
                + " "
                + shortId(status.at("id").text())
                + " "
                + state(location)
                + " on "
                + host(location)
                + (address.isEmpty() ? "" : " at " + address))
        + "\n";
  }

  /** The first digits of an identity. */
  public static String shortId(String id) {
    return id.substring(0, Math.min(SHORT_ID, id.length()));
  }

  /** For example "running, moving" or "stopped (3)". */
  static String state(Doc location) {
    Doc status = location.at("status");
    StringBuilder state =
        new StringBuilder(status.at("state").text("unknown").toLowerCase(Locale.ROOT));
    if (status.at("exitCode").isPresent()) {
      state.append(" (").append(status.at("exitCode").text()).append(')');
    }
    if (location.at("migration").isPresent()) {
      state.append(", moving");
    }
    String recovery = RecoveryText.state(location.at("protection", "recovery"));
    if (!recovery.isEmpty()) {
      state.append(", ").append(recovery);
    }
    return state.toString();
  }

  static String host(Doc location) {
    String owner = location.at("owner").text();
    return location.at("ownerPresent").isTrue() ? owner : owner + " (away)";
  }

  static String address(Doc status) {
    Doc network = status.at("network");
    String mode = network.at("mode").text().toLowerCase(Locale.ROOT);
    return network.at("address").text(mode.equals("bridge") ? "" : mode);
  }

  static String command(Doc status) {
    return status.at("command").items().stream().map(Doc::text).collect(Collectors.joining(" "));
  }

  private static String shortened(String text, int chars) {
    return text.length() <= chars ? text : text.substring(0, chars - 1) + "…";
  }
}
