package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.util.List;

/** What differs between two snapshots, for people. */
public final class DiffText {
  private DiffText() {}

  /** Files first, then the memory of each process. */
  public static String of(Doc diff) {
    StringBuilder out = new StringBuilder();
    List<Doc> files = diff.at("files").items();
    for (Doc file : files) {
      out.append(file(file)).append('\n');
    }
    long more = diff.at("filesInAll").number(0) - files.size();
    if (more > 0) {
      out.append("and ").append(more).append(" more\n");
    }
    if (files.isEmpty()) {
      out.append("no file differs\n");
    }
    Table table = new Table("PROCESS", "BEFORE", "AFTER", "CHANGED", "PAGES", "GONE");
    for (Doc process : diff.at("processes").items()) {
      table.row(
          process.at("process").text(),
          Figures.bytes(process.at("bytesBefore").number(0)),
          Figures.bytes(process.at("bytesAfter").number(0)),
          Figures.bytes(process.at("bytesChanged").number(0)),
          process.at("pagesChanged").text(),
          process.at("pagesGone").text());
    }
    return out.append(table).toString();
  }

  private static String file(Doc file) {
    String path = Figures.clean(file.at("path").text());
    String before = Figures.bytes(file.at("before").number(0));
    String after = Figures.bytes(file.at("after").number(0));
    return switch (file.at("change").text()) {
      case "ADDED" -> "+ " + path + "  " + after;
      case "REMOVED" -> "- " + path + "  " + before;
      default -> "~ " + path + "  " + before + " -> " + after;
    };
  }
}
