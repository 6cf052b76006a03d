package io.nereid.launcher.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads 500ms, 10s, 5m, 2h, 1d, combinations such as 1h30m, and plain seconds. */
final class Durations implements ITypeConverter<Duration> {
  private static final Pattern PARTS = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern WHOLE = Pattern.compile("(\\d{1,9}(ms|s|m|h|d))+");

  @Override
  public Duration convert(String text) {
    String parts = text.matches("\\d{1,9}") ? text + "s" : text;
    if (!WHOLE.matcher(parts).matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no length of time: use for example 500ms, 10s, 5m, 1h30m or 2d");
    }
    Duration sum = Duration.ZERO;
    Matcher part = PARTS.matcher(parts);
    while (part.find()) {
      long count = Long.parseLong(part.group(1));
      sum =
          sum.plus(
              switch (part.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
              });
    }
    return sum;
  }
}
