package io.nereid.launcher.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads bytes per second: 100m, 100m/s, 64k; or bits: 1gbit, 100mbit/s. For bytes k, m and g are
 * powers of 1024, for bits of 1000, as everywhere with links.
 */
final class Bandwidths implements ITypeConverter<Long> {
  private static final Pattern BITS = Pattern.compile("(\\d{1,9})([kmg]?)bit(/s)?");
  private static final int BITS_PER_BYTE = 8;

  @Override
  public Long convert(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    Matcher bits = BITS.matcher(lower);
    if (bits.matches()) {
      long unit =
          switch (bits.group(2)) {
            case "k" -> 1_000L;
            case "m" -> 1_000_000L;
            case "g" -> 1_000_000_000L;
            default -> 1L;
          };
      return Long.parseLong(bits.group(1)) * unit / BITS_PER_BYTE;
    }
    try {
      return new Sizes()
          .convert(lower.endsWith("/s") ? lower.substring(0, lower.length() - 2) : lower);
    } catch (TypeConversionException e) {
      throw new TypeConversionException(
          "'" + text + "' is no bandwidth: use for example 100m/s (bytes) or 1gbit");
    }
  }
}
