package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The limits of a configuration (linux.resources) in words. */
final class ResourceLimits {
  private static final long MIB = 1024L * 1024;
  private static final long PERIOD_DEFAULT_US = 100_000;

  private ResourceLimits() {}

  static Map<String, String> of(JsonNode config) {
    Map<String, String> limits = new TreeMap<>();
    JsonNode resources = config.path("linux").path("resources");
    JsonNode memory = resources.path("memory");
    bytes(limits, "memory", memory.path("limit"));
    bytes(limits, "memory+swap", memory.path("swap"));
    bytes(limits, "memory reservation", memory.path("reservation"));
    JsonNode cpu = resources.path("cpu");
    long quota = cpu.path("quota").asLong(0);
    if (quota > 0) {
      double cpus = (double) quota / cpu.path("period").asLong(PERIOD_DEFAULT_US);
      limits.put("cpus", String.format(Locale.ROOT, "%.2f", cpus));
    }
    text(limits, "cpu shares", cpu.path("shares"));
    text(limits, "cpu set", cpu.path("cpus"));
    if (resources.path("pids").path("limit").asLong(0) > 0) {
      text(limits, "processes", resources.path("pids").path("limit"));
    }
    return limits;
  }

  private static void bytes(Map<String, String> limits, String name, JsonNode value) {
    long bytes = value.asLong(-1);
    if (bytes > 0) {
      String text =
          bytes % MIB == 0 ? bytes / MIB + " MiB" : String.format(Locale.ROOT, "%d bytes", bytes);
      limits.put(name, text);
    }
  }

  private static void text(Map<String, String> limits, String name, JsonNode value) {
    if (value.isValueNode() && !value.asText().isEmpty()) {
      limits.put(name, value.asText());
    }
  }
}
