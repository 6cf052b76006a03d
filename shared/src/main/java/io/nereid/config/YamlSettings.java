package io.nereid.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads conf/*.yaml: sections with scalars or lists of scalars, each remembered with its line.
 * Values stay text; what they mean is decided where they are checked.
 */
final class YamlSettings {
  private static final long FILE_BYTES_MAX = 256 * 1024;
  private static final int FILES_MAX = 32;
  private static final YAMLFactory YAML = new YAMLFactory();

  private final Map<String, RawSetting> settings;
  private final List<ConfigProblem> problems;

  YamlSettings(Map<String, RawSetting> settings, List<ConfigProblem> problems) {
    this.settings = settings;
    this.problems = problems;
  }

  /** A file, or every *.yaml and *.yml of a directory. */
  void read(Path source) {
    if (!Files.isDirectory(source)) {
      readFile(source);
      return;
    }
    try (Stream<Path> entries = Files.list(source)) {
      List<Path> files = entries.filter(YamlSettings::isYaml).sorted().limit(FILES_MAX).toList();
      if (files.isEmpty()) {
        problem(
            source.toString(), "no *.yaml file in it", "name a directory like conf/, or a file");
      }
      files.forEach(this::readFile);
    } catch (IOException e) {
      problem(source.toString(), "cannot be read: " + e.getMessage(), "");
    }
  }

  private static boolean isYaml(Path path) {
    String name = path.getFileName().toString();
    return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
  }

  private void readFile(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        problem(file.toString(), "is larger than " + FILE_BYTES_MAX + " bytes", "");
        return;
      }
      parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      problem(file.toString(), "does not exist", "name a file or a directory with *.yaml files");
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      String first = e.getOriginalMessage().lines().findFirst().orElse("");
      problem(file + ":" + line, "is not valid YAML: " + first, "");
    } catch (IOException e) {
      problem(file.toString(), "cannot be read: " + e, "it must be a file in UTF-8");
    }
  }

  void parse(String file, String text) throws IOException {
    try (YAMLParser parser = YAML.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null || first == JsonToken.VALUE_NULL) {
        return;
      }
      if (first != JsonToken.START_OBJECT) {
        problem(at(file, parser), "must hold sections such as 'node:'", "see conf/ for the form");
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        section(file, parser);
      }
    }
  }

  private void section(String file, YAMLParser parser) throws IOException {
    String section = parser.currentName();
    String where = at(file, parser);
    JsonToken value = parser.nextToken();
    if (value == JsonToken.VALUE_NULL
        || (value == JsonToken.VALUE_STRING && text(parser).isBlank())) {
      return;
    }
    if (value != JsonToken.START_OBJECT) {
      problem(
          where,
          "'" + section + "' must be a section with settings below it, indented",
          "see conf/ for the form");
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      setting(section + "." + parser.currentName(), at(file, parser), parser);
    }
  }

  private void setting(String key, String where, YAMLParser parser) throws IOException {
    RawSetting raw = value(key, where, parser);
    if (raw == null) {
      return;
    }
    RawSetting earlier = settings.putIfAbsent(key, raw);
    if (earlier != null) {
      problem(where, key + " is set twice, also at " + earlier.where(), "keep one of them");
    }
  }

  private RawSetting value(String key, String where, YAMLParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token.isScalarValue()) {
      return RawSetting.of(text(parser), where);
    }
    if (token == JsonToken.START_ARRAY) {
      List<String> values = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (!parser.currentToken().isScalarValue()) {
          problem(where, key + " must be a list of plain values", "");
          parser.skipChildren();
        } else {
          values.add(text(parser));
        }
      }
      return new RawSetting(values, true, where);
    }
    problem(where, key + " must be a plain value or a list", "see conf/ for the form");
    parser.skipChildren();
    return null;
  }

  private static String text(YAMLParser parser) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText().strip();
  }

  private static String at(String file, YAMLParser parser) {
    return file + ":" + parser.currentTokenLocation().getLineNr();
  }

  private void problem(String where, String what, String remedy) {
    problems.add(new ConfigProblem(where, what, remedy));
  }
}
