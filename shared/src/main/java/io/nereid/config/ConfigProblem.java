package io.nereid.config;

/**
 * One thing wrong with the settings.
 *
 * @param where file and line, environment variable or option
 * @param what the setting, its value and the rule that it breaks
 * @param remedy what to do
 */
public record ConfigProblem(String where, String what, String remedy) {
  /** One line for a person. */
  @Override
  public String toString() {
    String text = where.isEmpty() ? what : where + ": " + what;
    return remedy.isEmpty() ? text : text + "; " + remedy;
  }
}
