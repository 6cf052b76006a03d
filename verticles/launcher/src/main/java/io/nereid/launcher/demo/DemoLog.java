package io.nereid.launcher.demo;

import ch.qos.logback.classic.Level;
import io.nereid.launcher.log.ErrorLog;

/** Warnings of this process go to standard error, because standard output is the report's. */
public final class DemoLog {
  private static final String PATTERN = "%-5level %msg%n";

  private DemoLog() {}

  /** From now on. */
  public static void configure() {
    ErrorLog.configure(PATTERN, Level.WARN);
  }
}
