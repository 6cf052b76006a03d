package io.nereid.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** conf/ is documentation that must not lie. */
class ShippedConfTest {
  private static final Path CONF = Path.of("../conf");

  @Test
  void theShippedFilesSayTheDefaults() {
    ConfigLoader loader = new ConfigLoader(Configs.HOST);
    assertThat(loader.load(Optional.of(CONF), Map.of(), List.of()))
        .isEqualTo(loader.load(Optional.empty(), Map.of(), List.of()));
  }

  @Test
  void theShippedFilesHaveEverySettingWithItsDefaultAndNothingElse() {
    Map<String, RawSetting> shipped = new LinkedHashMap<>();
    new YamlSettings(shipped, new ArrayList<>()).read(CONF);
    Map<String, SettingReader.Declared> declared = declared();
    assertThat(shipped.keySet()).containsExactlyInAnyOrderElementsOf(declared.keySet());
    shipped.forEach((key, raw) -> {
      if (!raw.isEmpty()) {
        assertThat(String.join(",", raw.values()))
            .as(key)
            .isEqualTo(declared.get(key).defaultText());
      }
    });
  }

  @Test
  void everySettingIsExplainedWithRangeAndVariable() throws IOException {
    for (SettingReader.Declared setting : declared().values()) {
      String comment = commentAbove(setting.key());
      assertThat(comment).as(setting.key()).contains("# Range: ");
      if (setting.rule().startsWith("a whole number")) {
        assertThat(comment).as(setting.key()).contains(setting.rule());
      }
      if (setting.key().endsWith("Ms")) {
        assertThat(comment).as(setting.key()).contains("Milliseconds.");
      }
      ConfigLoader.ENVIRONMENT.forEach((variable, key) -> {
        if (key.equals(setting.key())) {
          assertThat(comment).as(key).contains("# Environment: " + variable);
        }
      });
    }
  }

  private static Map<String, SettingReader.Declared> declared() {
    SettingReader settings =
        new ConfigLoader(Configs.HOST)
            .gather(Optional.empty(), Map.of(), List.of(), new ArrayList<>());
    NereidConfig.from(settings);
    return settings.declared();
  }

  private static String commentAbove(String key) throws IOException {
    String[] parts = key.split("\\.", 2);
    List<String> comment = new ArrayList<>();
    try (Stream<String> lines = Files.lines(CONF.resolve(parts[0] + ".yaml"))) {
      for (String line : lines.toList()) {
        if (line.startsWith("  " + parts[1] + ":")) {
          return String.join("\n", comment);
        }
        if (line.strip().startsWith("#")) {
          comment.add(line.strip());
        } else {
          comment.clear();
        }
      }
    }
    throw new AssertionError(key + " is not in conf/" + parts[0] + ".yaml");
  }
}
