package io.nereid.launcher.client;

import java.util.List;
import java.util.Map;

/**
 * A JSON document as somebody sent it: what is missing or of another kind reads as empty, so that a
 * daemon of another version can still be shown.
 */
public record Doc(Object value) {
  /** A document with nothing in it. */
  public static final Doc EMPTY = new Doc(null);

  /** The member of an object. */
  public Doc at(String name) {
    return value instanceof Map<?, ?> map ? new Doc(map.get(name)) : EMPTY;
  }

  /** A member of a member. */
  public Doc at(String first, String second) {
    return at(first).at(second);
  }

  /** True when there is something. */
  public boolean isPresent() {
    return value != null;
  }

  /** A scalar as text; empty when there is none. */
  public String text() {
    return value == null || value instanceof Map || value instanceof List
        ? ""
        : String.valueOf(value);
  }

  /** A scalar as text, or something else when there is none. */
  public String text(String otherwise) {
    String text = text();
    return text.isEmpty() ? otherwise : text;
  }

  /** A whole number, or something else when there is none. */
  public long number(long otherwise) {
    return value instanceof Number n ? n.longValue() : otherwise;
  }

  /** A number, or something else when there is none. */
  public double decimal(double otherwise) {
    return value instanceof Number n ? n.doubleValue() : otherwise;
  }

  /** True only when it is the boolean true. */
  public boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }

  /** The elements of a list. */
  public List<Doc> items() {
    return value instanceof List<?> list ? list.stream().map(Doc::new).toList() : List.of();
  }

  /** The members of an object, in the order in which they were sent. */
  public Map<String, Doc> members() {
    Map<String, Doc> members = new java.util.LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, member) -> members.put(String.valueOf(name), new Doc(member)));
    }
    return members;
  }
}
