package io.nereid.nymph.container;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of signals, as in signal(7). */
final class Signals {
  private static final Set<String> NAMES =
      Set.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]?");
  private static final int NUMBER_MAX = 64;
  private static final String KILL_NUMBER = "9";

  private Signals() {}

  /** The name without SIG, or the number; refuses anything else with BAD_REQUEST. */
  static String check(String signal) {
    String upper = signal.toUpperCase(Locale.ROOT);
    String name = upper.startsWith("SIG") ? upper.substring(3) : upper;
    if (NAMES.contains(name)
        || (NUMBER.matcher(name).matches() && Integer.parseInt(name) <= NUMBER_MAX)) {
      return name;
    }
    throw new FailureException(
        Failure.refused(
            FailureCode.BAD_REQUEST,
            "'" + signal + "' is not a signal",
            "use a name such as TERM, HUP or USR1, or a number from 1 to " + NUMBER_MAX));
  }

  static boolean isKill(String checked) {
    return checked.equals("KILL") || checked.equals(KILL_NUMBER);
  }
}
