package io.nereid.config;

import java.util.List;

/**
 * The daemon's own log.
 *
 * @param level one of {@link #LEVELS} (LOG_LEVEL)
 */
public record LoggingConfig(String level) {

  /** The levels, the most talkative first; panic and fatal are higher than anything written. */
  public static final List<String> LEVELS =
      List.of("trace", "debug", "info", "warn", "error", "fatal", "panic", "disabled");

  static LoggingConfig from(SettingReader settings) {
    return new LoggingConfig(settings.word("logging.level", "info", LEVELS));
  }
}
