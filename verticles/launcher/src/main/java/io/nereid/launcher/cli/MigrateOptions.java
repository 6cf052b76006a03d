package io.nereid.launcher.cli;

import io.nereid.domain.migration.MigrationOptions;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a container is to be moved, as far as it is the same for a move and for asking about one. */
final class MigrateOptions {
  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = Modes.class,
      description = {
        "pre-copy: memory is sent ahead in rounds while the container runs. cold: nothing of it is.",
        "post-copy: once, and what has changed since comes when it runs at the target already.",
        "auto: Nereid chooses; so far always pre-copy. Default: auto."
      })
  private String mode;

  @Option(
      names = "--max-downtime",
      paramLabel = "TIME",
      converter = Downtimes.class,
      description = {
        "The pause to aim at: rounds go on until what is left fits it. 10ms to 60s. Default: 300ms."
      })
  private Long maxDowntimeMs;

  @Option(
      names = "--on-no-converge",
      paramLabel = "WHAT",
      converter = Policies.class,
      description = {
        "When memory changes as fast as it can be sent: accept a longer pause, throttle the container",
        "until it fits, abort the move before anything is frozen, or bring the rest by post-copy.",
        "Default: accept."
      })
  private String onNoConverge;

  @Option(names = "--no-ahead", description = "The same as --mode cold.")
  private boolean noAhead;

  @Option(
      names = "--bandwidth",
      paramLabel = "RATE",
      converter = Bandwidths.class,
      description = {
        "At most so much before the freeze, for example 100m/s (bytes) or 1gbit.",
        "What is left then is sent without this limit."
      })
  private Long bandwidth;

  /** Adds what was given, by the names of the interface. */
  void addTo(Map<String, Object> request) {
    if (noAhead && mode == null) {
      request.put("mode", "cold");
    }
    put(request, "mode", mode);
    put(request, "maxDowntimeMs", maxDowntimeMs);
    put(request, "onNoConverge", onNoConverge);
    put(request, "bandwidthBytesPerSecond", bandwidth);
  }

  private static void put(Map<String, Object> request, String name, Object value) {
    if (value != null) {
      request.put(name, value);
    }
  }

  /** One of a few words. */
  abstract static class Words implements ITypeConverter<String> {
    private final String what;
    private final java.util.List<String> words;

    Words(String what, String... words) {
      this.what = what;
      this.words = java.util.List.of(words);
    }

    @Override
    public String convert(String text) {
      if (!words.contains(text)) {
        throw new TypeConversionException(
            "'" + text + "' is no " + what + ": use one of " + String.join(", ", words));
      }
      return text;
    }
  }

  /** Names of modes. */
  static final class Modes extends Words {
    Modes() {
      super("mode", "auto", "cold", "pre-copy", "post-copy");
    }
  }

  /** Names of what to do. */
  static final class Policies extends Words {
    Policies() {
      super("policy", "abort", "accept", "throttle", "post-copy");
    }
  }

  /** A downtime in milliseconds. */
  static final class Downtimes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      Duration time = new Durations().convert(text);
      long ms = time.toMillis();
      if (ms < MigrationOptions.MAX_DOWNTIME_MS_MIN || ms > MigrationOptions.MAX_DOWNTIME_MS_MAX) {
        throw new TypeConversionException(
            "'"
                + text
                + "' must be from "
                + MigrationOptions.MAX_DOWNTIME_MS_MIN
                + "ms to "
                + MigrationOptions.MAX_DOWNTIME_MS_MAX / 1_000
                + "s");
      }
      return ms;
    }
  }
}
