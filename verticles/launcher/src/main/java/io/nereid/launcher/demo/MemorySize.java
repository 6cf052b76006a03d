package io.nereid.launcher.demo;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an amount of memory: a number and k, m or g, in powers of 1024. */
final class MemorySize implements ITypeConverter<Long> {
  static final long MIN_BYTES = 1L << 20;
  static final long MAX_BYTES = 64L << 30;
  private static final Pattern RULE = Pattern.compile("([0-9]{1,12})(?:([kmg])(?:i?b)?)?");

  @Override
  public Long convert(String text) {
    Matcher matcher = RULE.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      int shift =
          switch (matcher.group(2) == null ? "" : matcher.group(2)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
          };
      if (number <= MAX_BYTES >> shift && number << shift >= MIN_BYTES) {
        return number << shift;
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not an amount of memory from 1m to 64g, for example 512m");
  }
}
