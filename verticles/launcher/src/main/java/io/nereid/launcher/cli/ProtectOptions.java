package io.nereid.launcher.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How a container is protected by snapshots that are taken by themselves. */
final class ProtectOptions {
  @ArgGroup private Pace pace;

  @Option(
      names = "--chain",
      paramLabel = "N",
      description = "Every Nth snapshot is kept for long and copied to other hosts; 1: all.")
  private Integer chain;

  @Option(names = "--keep", paramLabel = "N", description = "Keep so many of those; 0 is no limit.")
  private Integer keep;

  @Option(
      names = "--keep-for",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "Keep none longer, for example 24h; 0 is no limit.")
  private Duration keepFor;

  @Option(
      names = "--keep-bytes",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "Keep no more than this in all, for example 10g; 0 is no limit.")
  private Long keepBytes;

  @Option(
      names = "--replicas",
      paramLabel = "K",
      description = "How many other hosts shall hold a copy.")
  private Integer replicas;

  /** Either of both. */
  static final class Pace {
    @Option(
        names = "--checkpoint-every",
        paramLabel = "TIME",
        converter = Durations.class,
        description = "Take a snapshot so often, for example 5s; 0: only when asked.")
    private Duration every;

    @Option(
        names = "--rpo",
        paramLabel = "TIME",
        converter = Durations.class,
        description = {
          "Take them so often that at most this is lost with the host, for example 10s; as far as",
          "freezes and bandwidth that are allowed suffice."
        })
    private Duration rpo;
  }

  /** What was given, by the names of the interface. */
  Map<String, Object> given() {
    Map<String, Object> wish = new LinkedHashMap<>();
    if (pace != null) {
      put(wish, "intervalMs", ms(pace.every));
      put(wish, "rpoMs", ms(pace.rpo));
    }
    put(wish, "chainLength", chain);
    put(wish, "keepCount", keep);
    put(wish, "keepMs", ms(keepFor));
    put(wish, "keepBytes", keepBytes);
    put(wish, "replicas", replicas);
    return wish;
  }

  private static Long ms(Duration time) {
    return time == null ? null : Long.valueOf(time.toMillis());
  }

  private static void put(Map<String, Object> wish, String name, Object value) {
    if (value != null) {
      wish.put(name, value);
    }
  }
}
