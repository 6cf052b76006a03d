package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Bind mounts of a configuration. A relative source counts from the bundle's directory. */
final class BindMounts {
  private BindMounts() {}

  static boolean isBind(JsonNode mount) {
    if (mount.path("type").asText("").equals("bind")) {
      return true;
    }
    for (JsonNode option : mount.path("options")) {
      if (option.asText().equals("bind") || option.asText().equals("rbind")) {
        return true;
      }
    }
    return false;
  }

  static boolean isWritable(JsonNode mount) {
    for (JsonNode option : mount.path("options")) {
      if (option.asText().equals("ro") || option.asText().equals("rro")) {
        return false;
      }
    }
    return true;
  }

  static Path source(Object bundle, Path directory, JsonNode mount) {
    String given = mount.path("source").asText("");
    if (given.isEmpty()) {
      throw BundleProblem.invalid(bundle, "has a bind mount without source: " + mount, "");
    }
    try {
      return directory.resolve(given).normalize();
    } catch (InvalidPathException e) {
      throw BundleProblem.invalid(bundle, "has a bind mount of no path: " + mount, "");
    }
  }
}
