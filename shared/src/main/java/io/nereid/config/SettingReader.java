package io.nereid.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Takes settings by key, checks each against its rule, and collects every problem instead of
 * stopping at the first. After a problem the default is returned, so that reading goes on.
 */
final class SettingReader {
  private static final int LIST_MAX = 64;
  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

  /**
   * A setting that exists.
   *
   * @param rule what is allowed, in words
   */
  record Declared(String key, String defaultText, String rule) {}

  private final Map<String, RawSetting> raw;
  private final List<ConfigProblem> problems;
  private final HostFacts host;
  private final Map<String, Declared> declared = new LinkedHashMap<>();

  SettingReader(Map<String, RawSetting> raw, List<ConfigProblem> problems, HostFacts host) {
    this.raw = raw;
    this.problems = problems;
    this.host = host;
  }

  HostFacts host() {
    return host;
  }

  Map<String, Declared> declared() {
    return declared;
  }

  /** A whole number within bounds. */
  long number(String key, long defaultValue, long min, long max) {
    String rule = "a whole number from " + min + " to " + max;
    return checked(
        key,
        defaultValue,
        rule,
        text -> {
          long value = Long.parseLong(text.replace("_", ""));
          if (value < min || value > max) {
            throw new NumberFormatException();
          }
          return value;
        });
  }

  /** A whole number within bounds. */
  int integer(String key, int defaultValue, int min, int max) {
    return (int) number(key, defaultValue, min, max);
  }

  /** An absolute path. */
  Path path(String key, Path defaultValue) {
    return checked(
        key,
        defaultValue,
        "an absolute path",
        text -> {
          Path path;
          try {
            path = Path.of(text);
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException(e);
          }
          if (!path.isAbsolute() || !path.normalize().equals(path)) {
            throw new IllegalArgumentException();
          }
          return path;
        });
  }

  /** An absolute path, or nothing. */
  Optional<Path> optionalPath(String key) {
    return checked(
        key,
        Optional.empty(),
        "",
        "an absolute path, or nothing",
        text -> {
          Path path = Path.of(text);
          if (!path.isAbsolute()) {
            throw new IllegalArgumentException();
          }
          return Optional.of(path);
        });
  }

  /** Any text, or nothing; not shown, whatever is wrong with it. */
  Optional<Secret> secret(String key) {
    declare(key, "", "any text, or nothing");
    RawSetting found = raw.get(key);
    return found == null || found.isEmpty()
        ? Optional.empty()
        : Optional.of(new Secret(found.values().getFirst()));
  }

  /** Text that matches a pattern as a whole. */
  String text(String key, String defaultValue, Pattern pattern, String rule) {
    return checked(key, defaultValue, rule, text -> matching(text, pattern));
  }

  /** Text that matches a pattern as a whole, or nothing. */
  Optional<String> optionalText(String key, Pattern pattern, String rule) {
    return checked(
        key, Optional.empty(), rule + ", or nothing", t -> Optional.of(matching(t, pattern)));
  }

  /** One of a few words, in any case. */
  String word(String key, String defaultValue, List<String> words) {
    return checked(
        key,
        defaultValue,
        "one of " + String.join(", ", words),
        text -> {
          String word = text.toLowerCase(Locale.ROOT);
          if (!words.contains(word)) {
            throw new IllegalArgumentException();
          }
          return word;
        });
  }

  /** A list; commas separate elements where lists cannot be written. */
  List<String> list(
      String key, List<String> defaultValue, Pattern element, String rule, boolean mayBeEmpty) {
    String words = "a list, each " + rule;
    declare(key, String.join(",", defaultValue), words);
    RawSetting found = raw.get(key);
    if (found == null || (found.isEmpty() && !(found.list() && mayBeEmpty))) {
      return defaultValue;
    }
    List<String> values = found.values();
    if (!found.list()) {
      values = List.of(COMMA.split(values.getFirst().strip(), LIST_MAX + 1));
    }
    if (values.size() > LIST_MAX) {
      problem(key, found, "at most " + LIST_MAX + " elements");
      return defaultValue;
    }
    List<String> out = new ArrayList<>();
    for (String value : values) {
      if (!element.matcher(value).matches()) {
        problem(key, RawSetting.of(value, found.where()), rule);
      } else if (!out.contains(value)) {
        out.add(value);
      }
    }
    return List.copyOf(out);
  }

  /**
   * Anything that {@code parse} makes of the text.
   *
   * @param parse throws an IllegalArgumentException for what breaks the rule
   */
  <T> T checked(String key, T defaultValue, String rule, Function<String, T> parse) {
    return checked(key, defaultValue, String.valueOf(defaultValue), rule, parse);
  }

  /** The same with a text for the default that is shown to people. */
  <T> T checked(
      String key, T defaultValue, String defaultText, String rule, Function<String, T> parse) {
    declare(key, defaultText, rule);
    RawSetting found = raw.get(key);
    if (found == null || found.isEmpty()) {
      return defaultValue;
    }
    if (found.list()) {
      problem(key, found, rule + ", not a list");
      return defaultValue;
    }
    try {
      return parse.apply(found.values().getFirst());
    } catch (IllegalArgumentException e) {
      problem(key, found, rule);
      return defaultValue;
    }
  }

  /** A rule between settings that is broken; blames the first of them that somebody has set. */
  void broken(String what, String remedy, String... keys) {
    String where = "";
    for (String key : keys) {
      if (where.isEmpty() && raw.containsKey(key)) {
        where = raw.get(key).where();
      }
    }
    problems.add(new ConfigProblem(where, what, remedy));
  }

  /** To be called when everything has been read: what is left over is a typing mistake. */
  void reportUnknown() {
    raw.forEach((key, setting) -> {
      if (!declared.containsKey(key)) {
        String remedy =
            Nearest.to(key, declared.keySet())
                .map(near -> "did you mean '" + near + "'?")
                .orElse("conf/ has all settings");
        problems.add(
            new ConfigProblem(setting.where(), "unknown setting " + Shown.value(key), remedy));
      }
    });
  }

  private void declare(String key, String defaultText, String rule) {
    declared.put(key, new Declared(key, defaultText, rule));
  }

  private void problem(String key, RawSetting found, String rule) {
    String defaultText = declared.get(key).defaultText();
    String remedy = defaultText.isEmpty() ? "" : "leave it out for " + defaultText;
    problems.add(
        new ConfigProblem(
            found.where(), key + " is " + found.shown() + " but must be " + rule, remedy));
  }

  private static String matching(String text, Pattern pattern) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException();
    }
    return text;
  }
}
