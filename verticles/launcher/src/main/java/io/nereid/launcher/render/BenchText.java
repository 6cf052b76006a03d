package io.nereid.launcher.render;

import io.nereid.transfer.bench.TransferBench;
import java.util.Locale;

/** Measurements for people. */
public final class BenchText {
  private static final double GIGA = 1e9;

  private BenchText() {}

  /** Lines, each with its end; rates in GB/s of 10^9 bytes. */
  public static String of(TransferBench.Result result) {
    Table table = new Table("WHAT", "RATE", "ON THE WIRE");
    table.row("bulk stream alone", rate(result.rawBytesPerSecond()), Figures.bytes(result.bytes()));
    table.row(
        "verified transfer, all new",
        rate(result.verifiedBytesPerSecond()),
        Figures.bytes(result.verifiedBytesSent()));
    table.row(
        "verified transfer, unchanged",
        rate(result.unchangedBytesPerSecond()),
        Figures.bytes(result.unchangedBytesSent()));
    return table
        + Figures.bytes(result.bytes())
        + ", medians of "
        + result.rounds()
        + " rounds, "
        + result.processors()
        + " processors, Java "
        + result.java()
        + "\n";
  }

  private static String rate(long bytesPerSecond) {
    return String.format(Locale.ROOT, "%.2f GB/s", bytesPerSecond / GIGA);
  }
}
