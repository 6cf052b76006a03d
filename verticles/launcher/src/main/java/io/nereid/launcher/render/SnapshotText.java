package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.List;

/** Snapshots as tables and lines. */
public final class SnapshotText {
  private SnapshotText() {}

  /** One row for each snapshot and host that holds it. */
  public static String table(List<Doc> places, Instant now) {
    Table table =
        new Table("ID", "LABEL", "CONTAINER", "HOST", "AGE", "SIZE", "NEW", "FROZEN", "ORIGIN");
    for (Doc place : places) {
      Doc snapshot = place.at("snapshot");
      String holder = place.at("holder").text();
      table.row(
          snapshot.at("id").text(),
          snapshot.at("label").text(),
          snapshot.at("name").text(),
          place.at("present").isTrue() ? holder : holder + " (away)",
          Times.since(snapshot.at("taken").text(), now),
          Figures.bytes(snapshot.at("sizes", "total").number(0)),
          Figures.bytes(snapshot.at("sizes", "unique").number(0)),
          isImported(snapshot) ? "" : Figures.millis(snapshot.at("freezeMs").number(0)),
          isImported(snapshot) ? "imported" : "taken");
    }
    return table.toString();
  }

  private static boolean isImported(Doc snapshot) {
    return snapshot.at("origin").text().equals("IMPORTED");
  }

  /** What came of taking or importing one. */
  public static String taken(Doc snapshot) {
    StringBuilder line = new StringBuilder();
    line.append("snapshot ").append(snapshot.at("id").text());
    line.append(" of ").append(snapshot.at("name").text());
    line.append(" on ").append(snapshot.at("host").text());
    if (!isImported(snapshot)) {
      line.append(": frozen for ").append(Figures.millis(snapshot.at("freezeMs").number(0)));
    }
    line.append(isImported(snapshot) ? ": " : ", ");
    line.append(Figures.bytes(snapshot.at("sizes", "total").number(0)));
    line.append(", ").append(Figures.bytes(snapshot.at("sizes", "unique").number(0)));
    line.append(" of them new, in ").append(Figures.millis(snapshot.at("tookMs").number(0)));
    return Figures.clean(line.toString()) + "\n";
  }
}
