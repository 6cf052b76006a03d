package io.nereid.config;

import io.nereid.domain.id.InvalidIdException;
import io.nereid.domain.id.NodeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * This host.
 *
 * @param dataDir containers, layers, journal, epochs: survives a reboot; default /var/lib/nereid
 * @param runDir sockets and runc's state: may be lost with a reboot; default /run/nereid
 * @param verticles which to deploy: nymph, coordinator, transfer, gateway
 * @param stopGraceMs between the stop signal and SIGKILL
 * @param labels what people say of this host, for example zone=a: hosts that share a zone fail
 *     together
 */
public record NodeConfig(
    NodeId name,
    Path dataDir,
    Path runDir,
    List<String> verticles,
    long stopGraceMs,
    Map<String, String> labels) {

  /** Every verticle there is, in the order in which they are deployed. */
  public static final List<String> ALL_VERTICLES =
      List.of("transfer", "nymph", "coordinator", "gateway");

  private static final Pattern LABEL =
      Pattern.compile("[A-Za-z0-9._/-]{1,63}=[A-Za-z0-9._/-]{1,63}");
  private static final Pattern NOT_A_LABEL = Pattern.compile("[^a-z0-9-]+");
  private static final int LABEL_CHARS_MAX = 63;

  static NodeConfig from(SettingReader settings) {
    String hostName = settings.host().hostName();
    NodeId name =
        settings.checked(
            "node.name",
            fromHostName(hostName),
            "the host name, made valid",
            "1 to 63 characters of a-z, 0-9 and '-', not at either end",
            NodeConfig::nodeId);
    Path dataDir = settings.path("node.dataDir", Path.of("/var/lib/nereid"));
    Path runDir = settings.path("node.runDir", Path.of("/run/nereid"));
    if (dataDir.startsWith(runDir) || runDir.startsWith(dataDir)) {
      settings.broken(
          "node.dataDir '" + dataDir + "' and node.runDir '" + runDir + "' lie inside each other",
          "use two directories beside each other: one survives a reboot, one need not",
          "node.dataDir",
          "node.runDir");
    }
    List<String> verticles = verticles(settings);
    long stopGraceMs = settings.number("node.stopGraceMs", 10_000, 0, 45_000);
    return new NodeConfig(name, dataDir, runDir, verticles, stopGraceMs, labels(settings));
  }

  private static List<String> verticles(SettingReader settings) {
    List<String> wanted =
        settings.list(
            "node.verticles",
            ALL_VERTICLES,
            Pattern.compile(String.join("|", ALL_VERTICLES)),
            "one of " + String.join(", ", ALL_VERTICLES),
            false);
    if (wanted.contains("nymph") && !wanted.contains("transfer")) {
      settings.broken(
          "node.verticles has nymph without transfer",
          "add transfer: a nymph hands what moves to the transfer of its own process",
          "node.verticles");
    }
    return ALL_VERTICLES.stream().filter(wanted::contains).toList();
  }

  private static Map<String, String> labels(SettingReader settings) {
    List<String> pairs =
        settings.list(
            "node.labels",
            List.of(),
            LABEL,
            "KEY=VALUE, each 1 to 63 characters of A-Z, a-z, 0-9, '.', '_', '/' and '-'",
            true);
    Map<String, String> labels = new TreeMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      String other = labels.put(pair.substring(0, equals), pair.substring(equals + 1));
      if (other != null) {
        settings.broken(
            "node.labels has " + pair.substring(0, equals) + " twice", "keep one", "node.labels");
      }
    }
    return Map.copyOf(labels);
  }

  private static NodeId nodeId(String text) {
    return new NodeId(text);
  }

  /** A name that the rule allows, as near to the host's own as can be. */
  static NodeId fromHostName(String hostName) {
    String first = hostName.split("\\.", 2)[0].toLowerCase(Locale.ROOT);
    String label = NOT_A_LABEL.matcher(first).replaceAll("-").replaceAll("^-+", "");
    label = label.substring(0, Math.min(label.length(), LABEL_CHARS_MAX)).replaceAll("-+$", "");
    try {
      return new NodeId(label);
    } catch (InvalidIdException e) {
      return new NodeId("host");
    }
  }
}
