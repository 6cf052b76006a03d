package io.nereid.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads settings from text, on a machine that is the same everywhere. */
final class Configs {
  static final HostFacts HOST =
      new HostFacts() {
        @Override
        public String hostName() {
          return "Box_7.example.org";
        }

        @Override
        public int processors() {
          return 2;
        }

        @Override
        public Optional<String> addressTowards(String other) {
          return other.startsWith("10.") ? Optional.of("10.0.0.7") : Optional.empty();
        }
      };

  private Configs() {}

  static NereidConfig read(String yaml) {
    List<ConfigProblem> problems = new ArrayList<>();
    NereidConfig config = read(yaml, problems);
    if (!problems.isEmpty()) {
      throw new ConfigInvalidException(problems);
    }
    return config;
  }

  static List<String> problemsOf(String yaml) {
    List<ConfigProblem> problems = new ArrayList<>();
    read(yaml, problems);
    return problems.stream().map(ConfigProblem::toString).toList();
  }

  private static NereidConfig read(String yaml, List<ConfigProblem> problems) {
    Map<String, RawSetting> raw = new LinkedHashMap<>();
    try {
      new YamlSettings(raw, problems).parse("f.yaml", yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SettingReader settings = new SettingReader(raw, problems, HOST);
    NereidConfig config = NereidConfig.from(settings);
    settings.reportUnknown();
    return config;
  }
}
