package io.nereid.launcher.bench;

import io.nereid.launcher.render.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Draws the pause against the memory, one line for each system, as SVG 1.1. Both axes are
 * logarithmic; a bar at each point goes from the shortest to the longest pause. The colours follow
 * the reader's light or dark setting.
 */
public final class PausePlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final int LEFT = 72;
  private static final int RIGHT = 120;
  private static final int TOP = 48;
  private static final int BOTTOM = 56;
  private static final double[] STEPS = {1, 2, 5};
  private static final int LABEL_GAP = 15;
  private static final String STYLE =
      """
      svg { --ground: #ffffff; --ink: #1f2328; --faint: #d0d7de;
            --nereid: #0969da; --runc-copy: #bc4c00; --podman: #8250df; --criu-lazy: #1a7f37; }
      @media (prefers-color-scheme: dark) {
        svg { --ground: #0d1117; --ink: #e6edf3; --faint: #30363d;
              --nereid: #58a6ff; --runc-copy: #f0883e; --podman: #d2a8ff; --criu-lazy: #56d364; }
      }
      text { font: 13px system-ui, sans-serif; fill: var(--ink); }
      .title { font-size: 15px; font-weight: 600; }
      .grid { stroke: var(--faint); }
      .axis { stroke: var(--ink); }
      .line { fill: none; stroke-width: 2; }
      .bar { stroke-width: 1.5; }
      """;
  private final List<PauseReport.Row> rows;
  private final String title;
  private final double xMin;
  private final double xMax;
  private final double yMin;
  private final double yMax;

  private PausePlot(List<PauseReport.Row> rows, String title) {
    this.rows = rows;
    this.title = title;
    this.xMin = rows.stream().mapToDouble(PauseReport.Row::memoryBytes).min().orElseThrow();
    this.xMax = rows.stream().mapToDouble(PauseReport.Row::memoryBytes).max().orElseThrow();
    double low = rows.stream().mapToDouble(r -> spread(r).min()).min().orElseThrow();
    double high = rows.stream().mapToDouble(r -> spread(r).max()).max().orElseThrow();
    this.yMin = Math.pow(10, Math.floor(Math.log10(Math.max(1, low))));
    this.yMax = Math.pow(10, Math.ceil(Math.log10(Math.max(10 * yMin, high))));
  }

  /** Writes one file for each rate and link into a directory; returns the files. */
  public static List<Path> write(PauseReport report, Path directory) throws IOException {
    Files.createDirectories(directory);
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> plot : of(report).entrySet()) {
      files.add(Files.writeString(directory.resolve(plot.getKey()), plot.getValue()));
    }
    return files;
  }

  /** The plots by file name. */
  static Map<String, String> of(PauseReport report) {
    Map<String, List<PauseReport.Row>> groups = new LinkedHashMap<>();
    Map<String, String> titles = new LinkedHashMap<>();
    for (PauseReport.Row row : report.rows()) {
      if (row.pauseMs().isEmpty()) {
        continue;
      }
      String rate = row.writeRateBytesS() == 0 ? "idle" : rate(row.writeRateBytesS());
      String link =
          row.linkBitsS().map(bits -> ", " + PauseText.link(Optional.of(bits))).orElse("");
      String title = "Longest silence of a client, redis " + rate + link;
      String file =
          ("pause " + rate + link).replaceAll("[^A-Za-z0-9.]+", "-").toLowerCase(Locale.ROOT);
      groups.computeIfAbsent(file + ".svg", f -> new ArrayList<>()).add(row);
      titles.put(file + ".svg", title);
    }
    Map<String, String> plots = new LinkedHashMap<>();
    groups.forEach((file, rows) -> plots.put(file, new PausePlot(rows, titles.get(file)).svg()));
    return plots;
  }

  private static String rate(long bytesPerSecond) {
    return "rewriting " + Figures.bytes(bytesPerSecond) + "/s";
  }

  private static Spread spread(PauseReport.Row row) {
    return row.pauseMs().orElseThrow();
  }

  private String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">
        <title>%s</title>
        <style>
        %s</style>
        <rect width="%d" height="%d" fill="var(--ground)"/>
        <text class="title" x="%d" y="26">%s</text>
        """
            .formatted(WIDTH, HEIGHT, escape(title), STYLE, WIDTH, HEIGHT, LEFT, escape(title)));
    axes(svg);
    lines(svg);
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    for (double decade = yMin; decade <= yMax; decade *= 10) {
      for (double step : STEPS) {
        double value = decade * step;
        if (value <= yMax) {
          svg.append(line("grid", LEFT, y(value), WIDTH - RIGHT, y(value), ""));
          svg.append(text(LEFT - 8, y(value) + 4, "end", Figures.millis(Math.round(value))));
        }
      }
    }
    for (long memory : rows.stream().map(PauseReport.Row::memoryBytes).distinct().toList()) {
      svg.append(line("grid", x(memory), TOP, x(memory), HEIGHT - BOTTOM, ""));
      svg.append(text(x(memory), HEIGHT - BOTTOM + 20, "middle", Figures.bytes(memory)));
    }
    svg.append(line("axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM, ""));
    svg.append(line("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, ""));
    svg.append(
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "memory of the container"));
  }

  private void lines(StringBuilder svg) {
    Map<String, List<PauseReport.Row>> systems = new LinkedHashMap<>();
    rows.forEach(row -> systems.computeIfAbsent(row.system(), s -> new ArrayList<>()).add(row));
    List<Double> taken = new ArrayList<>();
    systems.forEach((system, points) -> {
      String colour = "var(--" + system + ")";
      StringBuilder path = new StringBuilder();
      for (PauseReport.Row row : points) {
        double x = x(row.memoryBytes());
        path.append(path.isEmpty() ? "M" : " L").append(number(x)).append(',');
        path.append(number(y(spread(row).median())));
        svg.append(line("bar", x, y(spread(row).min()), x, y(spread(row).max()), colour));
        svg.append(
            "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>%n"
                .formatted(number(x), number(y(spread(row).median())), colour));
      }
      svg.append("<path class=\"line\" stroke=\"%s\" d=\"%s\"/>%n".formatted(colour, path));
      double at = y(spread(points.getLast()).median()) + 4;
      at = free(at, taken);
      taken.add(at);
      svg.append(
          "<text x=\"%s\" y=\"%s\" style=\"fill: %s\">%s</text>%n"
              .formatted(WIDTH - RIGHT + 10, number(at), colour, escape(system)));
    });
  }

  /** Names must not lie upon each other. */
  private static double free(double wanted, List<Double> taken) {
    double at = wanted;
    boolean moved = true;
    while (moved) {
      moved = false;
      for (double other : taken) {
        if (Math.abs(other - at) < LABEL_GAP) {
          at = other + LABEL_GAP;
          moved = true;
        }
      }
    }
    return at;
  }

  private double x(double memory) {
    double width = WIDTH - LEFT - RIGHT;
    return xMax == xMin
        ? LEFT + width / 2
        : LEFT + 24 + (width - 48) * Math.log(memory / xMin) / Math.log(xMax / xMin);
  }

  private double y(double ms) {
    double height = HEIGHT - TOP - BOTTOM;
    double share = Math.log(Math.max(ms, yMin) / yMin) / Math.log(yMax / yMin);
    return HEIGHT - BOTTOM - height * share;
  }

  private static String line(
      String kind, double x1, double y1, double x2, double y2, String colour) {
    return "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"%s/>%n"
        .formatted(
            kind,
            number(x1),
            number(y1),
            number(x2),
            number(y2),
            colour.isEmpty() ? "" : " stroke=\"" + colour + "\"");
  }

  private static String text(double x, double y, String anchor, String words) {
    return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n"
        .formatted(number(x), number(y), anchor, escape(words));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
