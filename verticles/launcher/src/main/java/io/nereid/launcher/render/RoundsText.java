package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.util.ArrayList;
import java.util.List;

/** What went ahead of a move, round by round. */
final class RoundsText {
  private RoundsText() {}

  /** Lines, each with its end; none when nothing is worth telling. */
  static String of(Doc rounds) {
    List<Doc> all = rounds.at("rounds").items();
    if (all.isEmpty()) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    for (Doc round : all) {
      out.append("  ").append(line(round)).append('\n');
    }
    String why = Figures.clean(rounds.at("why").text());
    long frozen = rounds.at("frozenBytes").number(-1);
    if (!why.isEmpty()) {
      boolean later = rounds.at("later").isTrue();
      out.append("  then ")
          .append(rounds.at("converged").isTrue() ? "" : "frozen all the same: ")
          .append(later ? "the rest comes later, " : "");
      out.append(why).append('\n');
    }
    if (frozen >= 0) {
      out.append("  sent while frozen: ").append(Figures.bytes(frozen)).append('\n');
    }
    return out.toString();
  }

  /**
   * What a prediction says about them, without the end of the line; nothing when it says nothing.
   */
  static String expected(Doc prediction) {
    long dirty = prediction.at("dirtyBytesPerSecond").number(-1);
    long rounds = prediction.at("rounds").number(0);
    if (dirty < 0 || rounds == 0) {
      return "";
    }
    return "memory is changing by "
        + Figures.bytes(dirty)
        + "/s: "
        + (rounds == 1 ? "1 round" : rounds + " rounds")
        + " ahead, "
        + (prediction.at("converges").isTrue()
            ? "then what is left fits the downtime"
            : "and what is left does not fit the downtime (--on-no-converge)");
  }

  private static String line(Doc round) {
    List<String> parts = new ArrayList<>();
    parts.add(
        "round "
            + round.at("number").number(0)
            + ": "
            + Figures.bytes(round.at("changedBytes").number(0))
            + " of "
            + Figures.bytes(round.at("memoryBytes").number(0))
            + " of memory");
    parts.add(Figures.bytes(round.at("sentBytes").number(0)) + " sent");
    parts.add(Figures.millis(round.at("tookMs").number(0)));
    long dirty = round.at("dirtyBytesPerSecond").number(-1);
    if (dirty >= 0) {
      parts.add("changing by " + Figures.bytes(dirty) + "/s");
      parts.add("~" + Figures.bytes(Math.max(0, round.at("leftBytes").number(0))) + " left");
    }
    long percent = round.at("cpuPercent").number(0);
    if (percent > 0) {
      parts.add("held back to " + percent + " % of a processor");
    }
    return String.join(", ", parts);
  }
}
