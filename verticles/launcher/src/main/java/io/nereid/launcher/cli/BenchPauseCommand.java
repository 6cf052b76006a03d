package io.nereid.launcher.cli;

import io.nereid.launcher.bench.Contestant;
import io.nereid.launcher.bench.PausePlan;
import io.nereid.launcher.bench.PausePlot;
import io.nereid.launcher.bench.PauseReport;
import io.nereid.launcher.bench.PauseSession;
import io.nereid.launcher.bench.PauseText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "pause",
    description = {
      "Measure how long a client waits while a redis moves between two hosts on this machine,",
      "with Nereid and with what else there is, in turn. Needs root and about five times the",
      "largest memory. Exit code 1 when something failed or was lost; what was measured is shown."
    },
    sortOptions = false)
final class BenchPauseCommand extends BaseCommand implements Callable<Integer> {
  private static final String COMMAND = "bench pause";
  private static final long MEMORY_MIN = 1L << 20;
  private static final long MEMORY_MAX = 64L << 30;
  private static final long RATE_MAX = 2L << 30;
  private static final int ROUNDS_MAX = 100;
  private static final int COMBINATIONS_MAX = 16;
  private static final Duration AFTER_MAX = Duration.ofMinutes(10);
  private static final int EXIT_NOT_ALL_WELL = 1;

  private final Shell shell;

  @Option(
      names = "--memory",
      paramLabel = "SIZES",
      split = ",",
      converter = Sizes.class,
      defaultValue = "64m,256m,1g",
      description = "Data in redis, each 1m to 64g. Default: 64m,256m,1g.")
  private List<Long> memory;

  @Option(
      names = "--write-rate",
      paramLabel = "RATES",
      split = ",",
      converter = Rates.class,
      defaultValue = "0,50m/s",
      description = "How much of it is rewritten each second, 0 to 2g/s. Default: 0,50m/s.")
  private List<Long> writeRate;

  @Option(
      names = "--link",
      paramLabel = "RATE",
      converter = LinkRates.class,
      defaultValue = "none",
      description = "Between the hosts: 1gbit, 10gbit, 500mbit, … or none. Default: none.")
  private long link;

  @Option(
      names = "--systems",
      paramLabel = "NAMES",
      split = ",",
      converter = Contestants.class,
      defaultValue = "nereid,runc-copy,podman,criu-lazy",
      description = "Whom to measure. Default: nereid,runc-copy,podman,criu-lazy.")
  private List<Contestant> systems;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Moves of each, 1 to 100; medians are reported. Default: 3.")
  private int rounds;

  @Option(
      names = "--after",
      paramLabel = "TIME",
      converter = Durations.class,
      defaultValue = "10s",
      description = "How long the client is watched after the pause, 0s to 10m. Default: 10s.")
  private Duration after;

  @Option(
      names = "--svg",
      paramLabel = "DIR",
      description = "Also draw the pause against the memory, one file for each rate.")
  private Path svg;

  @Mixin private OutputOption output;

  BenchPauseCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public boolean wantsJson() {
    return output.isJson();
  }

  @Override
  public Integer call() throws IOException {
    PausePlan plan = plan();
    PauseSession session = new PauseSession(plan, shell.environment(), this::say);
    PauseReport report = session.run(this::show);
    show(report);
    if (svg != null) {
      for (Path file : PausePlot.write(report, shell.directory().resolve(svg))) {
        say("drew " + file);
      }
    }
    return report.ok() ? 0 : EXIT_NOT_ALL_WELL;
  }

  private PausePlan plan() {
    memory.forEach(size -> Ranges.require(COMMAND, "--memory", size, MEMORY_MIN, MEMORY_MAX));
    writeRate.forEach(rate -> Ranges.require(COMMAND, "--write-rate", rate, 0, RATE_MAX));
    Ranges.require(COMMAND, "--rounds", rounds, 1, ROUNDS_MAX);
    Ranges.require(COMMAND, "--after", after.toSeconds(), 0, AFTER_MAX.toSeconds());
    requireDistinct("--memory", memory);
    requireDistinct("--write-rate", writeRate);
    requireDistinct("--systems", systems);
    Optional<Long> limit = link == 0 ? Optional.empty() : Optional.of(link);
    return new PausePlan(memory, writeRate, limit, systems, rounds, after);
  }

  private void show(PauseReport report) {
    shell.out().print(wantsJson() ? report.json() : PauseText.of(report));
    shell.out().flush();
  }

  private void say(String line) {
    shell.err().println(line);
    shell.err().flush();
  }

  private static void requireDistinct(String option, List<?> values) {
    if (values.size() > COMBINATIONS_MAX) {
      throw Ranges.refused(
          COMMAND,
          option + " has " + values.size() + " values but must have 1 to " + COMBINATIONS_MAX);
    }
    if (values.stream().distinct().count() != values.size()) {
      throw Ranges.refused(COMMAND, option + " names something twice: " + values);
    }
  }

  /** Reads 50m/s; the per second may be left out. */
  static final class Rates implements ITypeConverter<Long> {
    private static final String PER_SECOND = "/s";

    @Override
    public Long convert(String text) {
      String size =
          text.endsWith(PER_SECOND) ? text.substring(0, text.length() - PER_SECOND.length()) : text;
      try {
        return new Sizes().convert(size);
      } catch (TypeConversionException e) {
        throw new TypeConversionException(
            "'" + text + "' is no rate: use for example 0, 50m/s or 1g/s");
      }
    }
  }

  /** Reads 1gbit, 500mbit, and none as 0; powers of 1000 as networks have them. */
  static final class LinkRates implements ITypeConverter<Long> {
    private static final long BITS_MAX = 400_000_000_000L;

    @Override
    public Long convert(String text) {
      if (text.equals("none")) {
        return 0L;
      }
      if (text.matches("\\d{1,6}(m|g)bit")) {
        long unit = text.contains("g") ? 1_000_000_000L : 1_000_000L;
        long bits = Long.parseLong(text.replaceAll("\\D", "")) * unit;
        if (bits >= 1_000_000L && bits <= BITS_MAX) {
          return bits;
        }
      }
      throw new TypeConversionException(
          "'" + text + "' is no link: use none, or 1mbit to 400gbit, for example 1gbit");
    }
  }

  /** Reads nereid, runc-copy, podman, criu-lazy. */
  static final class Contestants implements ITypeConverter<Contestant> {
    @Override
    public Contestant convert(String text) {
      return Contestant.of(text)
          .orElseThrow(() ->
              new TypeConversionException(
                  "'" + text + "' is none of nereid, runc-copy, podman, criu-lazy"));
    }
  }
}
