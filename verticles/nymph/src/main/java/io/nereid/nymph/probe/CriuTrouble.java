package io.nereid.nymph.probe;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

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

  /**
   * Finds the cause in everything that CRIU wrote: its first line is often not the telling one.
   *
   * @param version empty when it could not tell
   */
  static CriuTrouble of(String version, String kernel, Tool.Run run) {
    String criu = version.isEmpty() ? "CRIU" : "CRIU " + version;
    // CRIU up to 3.17 takes the larger vDSO area of newer kernels for a broken one.
    Optional<String> vdso = line(run, "vdso");
    if (vdso.isPresent()) {
      String cause = "this " + criu + " is too old for the running kernel " + kernel;
      return trouble(cause, SETUP, vdso.get());
    }
    if (run.reason().contains("no program")) {
      return trouble("CRIU is not installed", SETUP, run.reason());
    }
    Optional<String> rights = line(run, "cap_", "permission", "not permitted");
    if (rights.isPresent()) {
      return trouble(criu + " may not do what it must", ROOT, rights.get());
    }
    Optional<String> library = line(run, "shared librar", "glibc");
    if (library.isPresent()) {
      return trouble(criu + " lacks a library", SETUP, library.get());
    }
    String reason = run.reason().isEmpty() ? "it tells no version" : run.reason();
    return trouble(criu + " fails its own check on kernel " + kernel, SETUP, reason);
  }

  private static Optional<String> line(Tool.Run run, String... signs) {
    return run.output()
        .lines()
        .filter(line -> Arrays.stream(signs).anyMatch(line.toLowerCase(Locale.ROOT)::contains))
        .map(Tool::shown)
        .findFirst();
  }

  private static CriuTrouble trouble(String cause, String remedy, String reason) {
    return new CriuTrouble("%s; %s (%s)".formatted(cause, remedy, reason), remedy);
  }
}
