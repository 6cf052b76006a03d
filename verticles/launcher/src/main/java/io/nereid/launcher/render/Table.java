package io.nereid.launcher.render;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, as wide as their content. Thread-confined. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /** One row; it needs as many cells as there are headings. */
  public Table row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(cells.length + " cells, not " + rows.getFirst().size());
    }
    List<String> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(Figures.clean(cell.isEmpty() ? "-" : cell));
    }
    rows.add(row);
    return this;
  }

  /** Lines without trailing blanks, each with its end. */
  @Override
  public String toString() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).codePointCount(0, row.get(i).length()));
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = row.get(i);
        line.append(cell);
        int padding = widths[i] - cell.codePointCount(0, cell.length());
        line.append(" ".repeat(padding)).append(GAP);
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }
}
