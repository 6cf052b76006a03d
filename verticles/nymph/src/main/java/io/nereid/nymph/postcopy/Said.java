package io.nereid.nymph.postcopy;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/** A program's words: nothing twice in a row, and not more than a file may hold. Thread-safe. */
final class Said implements Consumer<String> {
  private static final int LINES_MAX = 2_000;
  private final PrintStream out;
  private String last = "";
  private int lines;

  Said(PrintStream out) {
    this.out = out;
  }

  @Override
  public synchronized void accept(String sentence) {
    if (!sentence.equals(last) && lines < LINES_MAX) {
      last = sentence;
      lines++;
      out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + sentence);
    }
  }
}
