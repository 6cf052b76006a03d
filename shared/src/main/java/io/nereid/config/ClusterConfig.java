package io.nereid.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Membership.
 *
 * @param name hosts of other names do not join; not a secret
 * @param host address at which this host is reached by the others
 * @param port of the cluster member
 * @param busPort of the event bus
 * @param join host or host:port of some other members; empty starts alone
 * @param quorum fewest members for ownership to change; 0: majority of those configured in join
 */
public record ClusterConfig(
    String name,
    String host,
    int port,
    int busPort,
    List<String> join,
    int quorum,
    int heartbeatIntervalMs,
    int heartbeatTimeoutMs) {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
  private static final Pattern MEMBER = Pattern.compile(HOST.pattern() + "(:[1-9]\\d{0,4})?");
  private static final int HEARTBEATS_MISSED_MIN = 3;

  static ClusterConfig from(SettingReader settings) {
    String name =
        settings.text(
            "cluster.name",
            "nereid",
            NAME,
            "1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-', starting with a letter or digit");
    List<String> join =
        settings.list(
            "cluster.join",
            List.of(),
            MEMBER,
            "a host or host:port, for example 10.0.0.1 or 10.0.0.1:5701",
            true);
    String host = host(settings, join);
    int port = settings.integer("cluster.port", 5701, 1, 65_535);
    int busPort = settings.integer("cluster.busPort", 5702, 1, 65_535);
    int quorum = settings.integer("cluster.quorum", 0, 0, 64);
    int interval = settings.integer("cluster.heartbeatIntervalMs", 1_000, 100, 60_000);
    int timeout = settings.integer("cluster.heartbeatTimeoutMs", 5_000, 500, 600_000);
    if (timeout < HEARTBEATS_MISSED_MIN * interval) {
      settings.broken(
          "cluster.heartbeatTimeoutMs "
              + timeout
              + " is less than three times cluster.heartbeatIntervalMs "
              + interval,
          "one lost packet must not look like a lost host: raise the one or lower the other",
          "cluster.heartbeatTimeoutMs",
          "cluster.heartbeatIntervalMs");
    }
    return new ClusterConfig(name, host, port, busPort, join, quorum, interval, timeout);
  }

  /**
   * Without anybody to join a host stays alone on its loopback device, because members are not
   * authenticated: to be reachable is a decision. Whoever joins others shares their network.
   */
  private static String host(SettingReader settings, List<String> join) {
    String own =
        settings.checked(
            "cluster.host",
            "",
            join.isEmpty() ? LOOPBACK : "the address from which cluster.join is reached",
            "an IPv4 address of this host, reachable from the other hosts",
            ClusterConfig::memberHost);
    if (!own.isEmpty()) {
      return own;
    }
    if (join.isEmpty()) {
      return LOOPBACK;
    }
    String first = join.getFirst().split(":", 2)[0];
    return settings
        .host()
        .addressTowards(first)
        .orElseGet(() -> {
          settings.broken(
              "cluster.join names '" + first + "', to which this host knows no way",
              "correct it, or name this host's own address with cluster.host (--cluster-host)",
              "cluster.join");
          return LOOPBACK;
        });
  }

  private static String memberHost(String text) {
    if (!Ipv4.ADDRESS.matcher(text).matches() || "0.0.0.0".equals(text)) {
      throw new IllegalArgumentException();
    }
    return text;
  }
}
