package io.nereid.launcher.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** A volume as a person writes it: {@code NAME:/path} or {@code NAME:/path:ro}. */
final class VolumeOption {
  private static final String READ_ONLY = ":ro";
  private static final String WRITABLE = ":rw";

  private VolumeOption() {}

  /** As a request has it; throws an {@link IllegalArgumentException} that says what is expected. */
  static Map<String, Object> parse(String text) {
    boolean readOnly = text.endsWith(READ_ONLY);
    String rest =
        readOnly || text.endsWith(WRITABLE)
            ? text.substring(0, text.length() - READ_ONLY.length())
            : text;
    int colon = rest.indexOf(':');
    if (colon < 1 || !rest.startsWith("/", colon + 1)) {
      throw new IllegalArgumentException(
          "'" + text + "' is no volume: NAME:/path or NAME:/path:ro, not a directory of the host");
    }
    Map<String, Object> volume = new LinkedHashMap<>();
    volume.put("name", rest.substring(0, colon));
    volume.put("path", rest.substring(colon + 1));
    volume.put("readOnly", readOnly);
    return volume;
  }
}
