package io.nereid.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * When a host counts as gone, and what is done then.
 *
 * @param auto when its containers are brought up elsewhere unasked
 * @param pingInterval between two pings of the leader to a host
 * @param pingTimeout after how long without one the leader counts as down for a host, and after how
 *     long a silence a host counts as gone for the leader
 * @param pingTimeoutSource how long the leader waits for the reply to a ping
 */
public record RecoveryConfig(
    Auto auto, Duration pingInterval, Duration pingTimeout, Duration pingTimeoutSource) {
  /** When a host that is gone is recovered from without a person. */
  public enum Auto {
    FALSE,
    /** Where a majority decides: a host that is only cut off cannot do the same meanwhile. */
    TRUE,
    /** Also where each side of a split may decide. */
    ALWAYS
  }

  private static final long MS = 1_000;

  /** What holds when nothing is said. */
  public static final RecoveryConfig DEFAULT =
      new RecoveryConfig(
          Auto.TRUE, Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(3));

  static RecoveryConfig from(SettingReader settings) {
    String auto = settings.word("recovery.auto", "true", List.of("true", "false", "always"));
    RecoveryConfig read =
        new RecoveryConfig(
            Auto.valueOf(auto.toUpperCase(Locale.ROOT)),
            seconds(settings, "recovery.pingInterval", DEFAULT.pingInterval),
            seconds(settings, "recovery.pingTimeout", DEFAULT.pingTimeout),
            seconds(settings, "recovery.pingTimeoutSource", DEFAULT.pingTimeoutSource));
    if (read.pingTimeout.compareTo(read.pingInterval.multipliedBy(2)) < 0) {
      settings.broken(
          "recovery.pingTimeout "
              + text(read.pingTimeout)
              + " is less than twice recovery.pingInterval "
              + text(read.pingInterval),
          "one lost ping must not look like a lost host: raise the one or lower the other",
          "recovery.pingTimeout",
          "recovery.pingInterval");
    }
    return read;
  }

  /**
   * Whether it is done unasked.
   *
   * @param majority whether ownership changes only where a majority of the hosts is
   */
  public boolean unasked(boolean majority) {
    return auto == Auto.ALWAYS || (auto == Auto.TRUE && majority);
  }

  private static Duration seconds(SettingReader settings, String key, Duration otherwise) {
    return settings.checked(
        key,
        otherwise,
        text(otherwise),
        "seconds from 0.1 to 3600, for example 5 or 0.5",
        text -> {
          double value = Double.parseDouble(text);
          if (!(value >= 0.1 && value <= 3_600)) {
            throw new NumberFormatException();
          }
          return Duration.ofMillis(Math.round(value * MS));
        });
  }

  private static String text(Duration duration) {
    return duration.toMillis() % MS == 0
        ? Long.toString(duration.toSeconds())
        : Double.toString(duration.toMillis() / (double) MS);
  }
}
