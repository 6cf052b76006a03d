package io.nereid.launcher.demo.playground;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Everything that a playground calls its own, derived from one prefix: whoever knows the prefix can
 * find it all again.
 */
public record Names(String prefix) {
  /** All addresses are in here; hosts and client at the end, containers from the beginning. */
  public static final String SUBNET = "10.88.0.0/16";

  /** Bridge of each host. */
  public static final String BRIDGE = "nereid0";

  /** Where network namespaces with a name are. */
  static final Path NETNS = Path.of("/run/netns");

  private static final Pattern RULE = Pattern.compile("nrd-[0-9a-f]{6}");
  private static final String HOSTS = "abcdefgh";

  /** Refuses what is not one of our prefixes, because all that carries it may be deleted. */
  public Names {
    if (prefix == null || !RULE.matcher(prefix).matches()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "'" + prefix + "' is not the name of a demo: nrd- and six hexadecimal digits",
              "the demo printed its name when it began"));
    }
  }

  /** Names that no other run has. */
  public static Names random() {
    byte[] bytes = new byte[3];
    new SecureRandom().nextBytes(bytes);
    return new Names("nrd-" + HexFormat.of().formatHex(bytes));
  }

  /** The short names of so many hosts: a, b, c. */
  public static List<String> hosts(int count) {
    if (count < 1 || count > HOSTS.length()) {
      throw new IllegalArgumentException(count + " hosts, expected 1 to " + HOSTS.length());
    }
    return HOSTS.chars().limit(count).mapToObj(Character::toString).toList();
  }

  /** A host's name in the cluster; part of its cgroups' names, so it is the run's own too. */
  public NodeId node(String host) {
    return new NodeId(prefix + "-" + host);
  }

  /** The short name again. */
  public String host(NodeId node) {
    String value = node.value();
    return value.startsWith(prefix + "-") ? value.substring(prefix.length() + 1) : value;
  }

  /** Network namespace of a host. */
  public String netns(String host) {
    return prefix + "-" + host;
  }

  /** Network namespace of the client. */
  public String clientNetns() {
    return prefix + "-cl";
  }

  /** Network namespace of the switch between them. */
  public String switchNetns() {
    return prefix + "-sw";
  }

  /** The file that stands for a network namespace. */
  public static Path netnsFile(String netns) {
    return NETNS.resolve(netns);
  }

  /** The file that stands for a host's network namespace. */
  public Path netnsPath(String host) {
    return netnsFile(netns(host));
  }

  /** Address of a host, without prefix length. */
  public static String address(String host) {
    return "10.88.255." + (HOSTS.indexOf(host) + 1);
  }

  /** Address of the client, without prefix length. */
  public static String clientAddress() {
    return "10.88.255.100";
  }

  /** The directory of this run below a directory for temporary files. */
  public Path root(Path temporary) {
    return temporary.resolve(prefix);
  }

  @Override
  public String toString() {
    return prefix;
  }
}
