package io.nereid.launcher.demo;

import io.nereid.launcher.demo.Report.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what must be true; each check holds until something was found against it. */
final class Checks {
  private final Map<String, List<String>> found = new LinkedHashMap<>();

  /** Something was checked, and this was found; nothing when it is as it must be. */
  void add(String what, List<String> against) {
    found.computeIfAbsent(what, w -> new ArrayList<>()).addAll(against);
  }

  List<Check> all() {
    return found.entrySet().stream()
        .map(e -> new Check(e.getKey(), e.getValue().isEmpty(), List.copyOf(e.getValue())))
        .toList();
  }

  boolean ok() {
    return !found.isEmpty() && found.values().stream().allMatch(List::isEmpty);
  }
}
