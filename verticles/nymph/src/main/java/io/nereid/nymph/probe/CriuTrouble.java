package io.nereid.nymph.probe;

import java.util.Locale;

/** Says what CRIU's own message means for the person who has to mend it. */
final class CriuTrouble {
  private CriuTrouble() {}

  static String inWords(String version, String kernel, String reason) {
    String criu = version.isEmpty() ? "CRIU" : "CRIU " + version;
    String low = reason.toLowerCase(Locale.ROOT);
    // CRIU up to 3.17 takes the larger vDSO area of newer kernels for a broken one.
    if (low.contains("vdso")) {
      return "this %s is too old for the running kernel %s; run ./nereid setup (CRIU says: %s)"
          .formatted(criu, kernel, reason);
    }
    if (low.contains("no program")) {
      return "CRIU is not installed; run ./nereid setup (" + reason + ")";
    }
    if (low.contains("cap_") || low.contains("permission") || low.contains("not permitted")) {
      return "%s may not do what it must; run as root with all capabilities (CRIU says: %s)"
          .formatted(criu, reason);
    }
    if (low.contains("shared librar") || low.contains("glibc")) {
      return "%s lacks a library; run ./nereid setup (it says: %s)".formatted(criu, reason);
    }
    return "%s fails its own check on kernel %s; run ./nereid setup (CRIU says: %s)"
        .formatted(criu, kernel, reason);
  }
}
