package io.nereid.nymph.probe;

import java.util.Locale;

/**
 * What CRIU's own message means for the person who has to mend it.
 *
 * @param words cause and remedy in one sentence
 * @param remedy the remedy alone
 */
record CriuTrouble(String words, String remedy) {
  static final CriuTrouble NONE = new CriuTrouble("", "");
  private static final String SETUP = "run ./nereid setup";
  private static final String ROOT = "run as root with all capabilities";

  static CriuTrouble of(String version, String kernel, String reason) {
    String criu = version.isEmpty() ? "CRIU" : "CRIU " + version;
    String low = reason.toLowerCase(Locale.ROOT);
    // CRIU up to 3.17 takes the larger vDSO area of newer kernels for a broken one.
    if (low.contains("vdso")) {
      String cause = "this " + criu + " is too old for the running kernel " + kernel;
      return trouble(cause, SETUP, reason);
    }
    if (low.contains("no program")) {
      return trouble("CRIU is not installed", SETUP, reason);
    }
    if (low.contains("cap_") || low.contains("permission") || low.contains("not permitted")) {
      return trouble(criu + " may not do what it must", ROOT, reason);
    }
    if (low.contains("shared librar") || low.contains("glibc")) {
      return trouble(criu + " lacks a library", SETUP, reason);
    }
    return trouble(criu + " fails its own check on kernel " + kernel, SETUP, reason);
  }

  private static CriuTrouble trouble(String cause, String remedy, String reason) {
    return new CriuTrouble("%s; %s (%s)".formatted(cause, remedy, reason), remedy);
  }
}
