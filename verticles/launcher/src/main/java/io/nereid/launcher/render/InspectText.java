package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** One container with everything that is known. */
public final class InspectText {
  private static final int LABEL_CHARS = 12;

  private InspectText() {}

  /** Lines of label and value; what is not known is left out. */
  public static String of(Doc detail, Instant now) {
    Doc location = detail.at("location");
    Doc status = location.at("status");
    Doc network = status.at("network");
    Doc host = detail.at("inspection");
    StringBuilder out = new StringBuilder();
    line(out, "name", status.at("name").text());
    line(out, "id", status.at("id").text());
    line(out, "state", ContainerText.state(location));
    line(out, "host", ContainerText.host(location));
    line(out, "epoch", status.at("epoch").text());
    line(out, "migration", location.at("migration").text());
    Doc protection = location.at("protection");
    line(out, "safe as of", point(protection.at("point"), now));
    line(out, "recovered", RecoveryText.of(protection.at("recovery"), now));
    line(out, "waits", protection.at("waits").text());
    line(out, "hold", hold(status.at("hold")));
    line(out, "command", ContainerText.command(status));
    line(out, "pid", status.at("pid").text());
    line(out, "network", network.at("mode").text().toLowerCase(Locale.ROOT));
    line(out, "address", network.at("address").text());
    line(out, "gateway", network.at("gateway").text());
    line(out, "mac", network.at("mac").text());
    line(out, "created", moment(status.at("created").text(), now));
    line(out, "started", moment(status.at("started").text(), now));
    line(out, "moves", status.at("moves").text());
    Doc policy = status.at("policy");
    line(out, "protected", policy.isPresent() ? PolicyText.of(policy) : "");
    line(out, "schedule", policy.isPresent() ? PolicyText.schedule(detail.at("schedule")) : "");
    line(out, "bundle", host.at("bundle").text());
    line(out, "layer", host.at("layerDigest").text());
    line(out, "layer on", items(detail.at("layerHolders")));
    line(out, "rootfs", host.at("rootfs").text());
    line(out, "upper", sized(host.at("upper").text(), host.at("upperBytes")));
    line(out, "memory", size(host.at("memoryBytes")));
    line(out, "cgroup", host.at("cgroup").text());
    line(out, "log", host.at("logPath").text());
    line(out, "limits", pairs(host.at("limits").members()));
    line(out, "mounts", items(host.at("mounts")));
    line(out, "annotations", pairs(host.at("annotations").members()));
    Doc failure = detail.at("inspectionFailure");
    if (failure.isPresent()) {
      line(out, "not known", "what the host knows: " + failure.at("message").text());
    }
    return out.toString();
  }

  private static String point(Doc point, Instant now) {
    return point.isPresent()
        ? moment(point.at("taken").text(), now)
            + ", snapshot "
            + point.at("snapshot").text()
            + " on "
            + items(point.at("holders"))
        : "";
  }

  private static void line(StringBuilder out, String label, String value) {
    if (!value.isEmpty()) {
      out.append(label).append(" ".repeat(LABEL_CHARS - label.length()));
      out.append(Figures.clean(value)).append('\n');
    }
  }

  private static String hold(Doc hold) {
    return hold.isPresent()
        ? hold.at("role").text().toLowerCase(Locale.ROOT)
            + " of "
            + hold.at("migration").text()
            + ", with "
            + hold.at("peer").text()
        : "";
  }

  private static String moment(String moment, Instant now) {
    return moment.isEmpty() ? "" : moment + " (" + Times.since(moment, now) + " ago)";
  }

  private static String size(Doc bytes) {
    return bytes.isPresent() ? Figures.bytes(bytes.number(0)) : "";
  }

  private static String sized(String path, Doc bytes) {
    return path.isEmpty() ? "" : path + " (" + size(bytes) + ")";
  }

  private static String pairs(Map<String, Doc> members) {
    return members.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue().text())
        .collect(Collectors.joining(", "));
  }

  private static String items(Doc list) {
    return list.items().stream().map(Doc::text).collect(Collectors.joining(", "));
  }
}
