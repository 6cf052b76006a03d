package io.nereid.config;

import java.util.List;

/**
 * A setting as somebody wrote it, before it is checked.
 *
 * @param values one text, or the elements of a list
 * @param list whether it was written as a list
 * @param where file and line, environment variable or option
 */
record RawSetting(List<String> values, boolean list, String where) {
  RawSetting {
    values = List.copyOf(values);
  }

  static RawSetting of(String value, String where) {
    return new RawSetting(List.of(value), false, where);
  }

  /** Nothing written after the colon, or "": the default applies. */
  boolean isEmpty() {
    return values.isEmpty() || (values.size() == 1 && values.getFirst().isBlank());
  }

  String shown() {
    String text = list ? values.toString() : values.getFirst();
    return Shown.value(text);
  }
}
