package io.nereid.launcher.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.nereid.config.LoggingConfig;
import io.nereid.launcher.log.ErrorLog;
import java.util.List;

/** One line for each event, on standard error. */
final class DaemonLog {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{20} %replace(%msg){'[\\r\\n]+',' | '}%n";

  /** They tell a lot about themselves. */
  private static final List<String> TALKATIVE =
      List.of("io.netty", "com.hazelcast", "io.vertx.core.impl.launcher");

  private DaemonLog() {}

  static void configure(LoggingConfig config) {
    Level level = level(config.level());
    LoggerContext context = ErrorLog.configure(PATTERN, level);
    for (String name : TALKATIVE) {
      context.getLogger(name).setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    }
  }

  // The names are zerolog's; nothing here is worse than an error, so fatal and panic show nothing.
  static Level level(String name) {
    return switch (name) {
      case "trace" -> Level.TRACE;
      case "debug" -> Level.DEBUG;
      case "warn" -> Level.WARN;
      case "error" -> Level.ERROR;
      case "fatal", "panic", "disabled" -> Level.OFF;
      default -> Level.INFO;
    };
  }
}
