package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Snapshots as tables and lines. */
public final class SnapshotText {
  private SnapshotText() {}

  /** One row for each snapshot, with all hosts that hold it. */
  public static String table(List<Doc> places, Instant now) {
    Map<String, List<Doc>> each = new LinkedHashMap<>();
    for (Doc place : places) {
      each.computeIfAbsent(place.at("snapshot", "id").text(), id -> new ArrayList<>()).add(place);
    }
    Table table =
        new Table(
            "ID", "LABEL", "CONTAINER", "HOSTS", "AGE", "SIZE", "NEW", "FROZEN", "CHAIN", "ORIGIN");
    each.forEach((id, held) -> {
      Doc snapshot = taken(held).at("snapshot");
      table.row(
          id,
          snapshot.at("label").text(),
          snapshot.at("name").text(),
          holders(held, snapshot.at("host").text()),
          Times.since(snapshot.at("taken").text(), now),
          Figures.bytes(snapshot.at("sizes", "total").number(0)),
          Figures.bytes(snapshot.at("sizes", "unique").number(0)),
          isImported(snapshot) ? "" : Figures.millis(snapshot.at("freezeMs").number(0)),
          chain(snapshot.at("chain")),
          isImported(snapshot) ? "imported" : "taken");
    });
    return table.toString();
  }

  /** As the host knows it that has taken it, when that has it still: the copies differ in sizes. */
  private static Doc taken(List<Doc> held) {
    return held.stream()
        .filter(p -> p.at("holder").text().equals(p.at("snapshot", "host").text()))
        .findFirst()
        .orElse(held.getFirst());
  }

  private static String holders(List<Doc> held, String first) {
    return held.stream()
        .sorted(
            Comparator.comparing((Doc p) -> !p.at("holder").text().equals(first))
                .thenComparing(p -> p.at("holder").text()))
        .map(p -> p.at("holder").text() + (p.at("present").isTrue() ? "" : " (away)"))
        .collect(Collectors.joining(","));
  }

  private static String chain(Doc chain) {
    return chain.isPresent() ? chain.at("number").text() + "/" + chain.at("length").text() : "";
  }

  /** What was deleted, or would be, and why. */
  public static String pruned(Doc pruned) {
    StringBuilder out = new StringBuilder();
    String verb = pruned.at("dryRun").isTrue() ? " would be removed: " : " removed: ";
    for (Doc one : pruned.at("snapshots").items()) {
      String line =
          one.at("snapshot", "id").text()
              + " of "
              + one.at("snapshot", "name").text()
              + verb
              + one.at("why").text();
      out.append(Figures.clean(line)).append('\n');
    }
    return out.isEmpty() ? "nothing to remove\n" : out.toString();
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
