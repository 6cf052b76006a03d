package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Volumes as tables and lines. */
public final class VolumeText {
  private static final int DIGEST_CHARS = 12;
  private static final int LABEL_CHARS = 12;

  private VolumeText() {}

  /** One row for each volume and host that has it. */
  public static String table(List<Doc> places, Instant now) {
    Table table = new Table("NAME", "HOST", "KIND", "DIGEST", "CONTAINER", "AGE");
    for (Doc place : places) {
      Doc volume = place.at("volume");
      String digest = volume.at("digest").text();
      table.row(
          volume.at("name").text(),
          host(place),
          kind(volume),
          digest.substring(0, Math.min(digest.length(), DIGEST_CHARS)),
          users(volume),
          Times.since(volume.at("created").text(), now));
    }
    return table.toString();
  }

  private static String host(Doc place) {
    String host = place.at("host").text();
    return place.at("present").isTrue() ? host : host + " (away)";
  }

  private static String kind(Doc volume) {
    return volume.at("readOnly").isTrue() ? "read-only" : "writable";
  }

  private static String users(Doc volume) {
    return volume.at("users").items().stream()
        .map(u -> u.at("name").text())
        .collect(Collectors.joining(", "));
  }

  /** What was made. */
  public static String made(Doc place) {
    Doc volume = place.at("volume");
    String digest = volume.at("digest").text();
    String line =
        kind(volume)
            + " volume "
            + volume.at("name").text()
            + " on "
            + place.at("host").text()
            + (digest.isEmpty() ? "" : ": " + digest);
    return Figures.clean(line) + "\n";
  }

  /** Lines of label and value for each place. */
  public static String details(List<Doc> details, Instant now) {
    StringBuilder out = new StringBuilder();
    for (Doc detail : details) {
      Doc volume = detail.at("place", "volume");
      line(out, "name", volume.at("name").text());
      line(out, "host", host(detail.at("place")));
      line(out, "kind", kind(volume));
      line(out, "digest", volume.at("digest").text());
      line(out, "container", users(volume));
      line(out, "created", Times.since(volume.at("created").text(), now) + " ago");
      line(out, "path", detail.at("path").text());
      long bytes = detail.at("bytes").number(-1);
      line(out, "on disk", bytes < 0 ? "" : Figures.bytes(bytes));
      line(out, "not known", detail.at("failure", "message").text());
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String label, String value) {
    if (!value.isEmpty()) {
      out.append(label).append(" ".repeat(LABEL_CHARS - label.length()));
      out.append(Figures.clean(value)).append('\n');
    }
  }
}
