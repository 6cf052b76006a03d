package io.nereid.coordinator.container;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The IPv4 network of the containers. Pure.
 *
 * @param base network address
 * @param prefix length in bits, 8 to 30
 */
record Subnet(int base, int prefix) {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  private static final int OCTET_MAX = 255;

  static Subnet parse(String text) {
    int slash = text.indexOf('/');
    OptionalInt address = slash < 0 ? OptionalInt.empty() : address(text.substring(0, slash));
    int prefix = slash < 0 ? -1 : number(text.substring(slash + 1));
    if (address.isEmpty() || prefix < 8 || prefix > 30) {
      throw new IllegalArgumentException("'" + text + "' is no IPv4 network such as 10.77.0.0/16");
    }
    return new Subnet(address.getAsInt() & mask(prefix), prefix);
  }

  /** The address as a number, or empty when the text is none. */
  static OptionalInt address(String text) {
    Matcher m = ADDRESS.matcher(text);
    if (!m.matches()) {
      return OptionalInt.empty();
    }
    int value = 0;
    for (int i = 1; i <= 4; i++) {
      int octet = Integer.parseInt(m.group(i));
      if (octet > OCTET_MAX || (m.group(i).length() > 1 && m.group(i).startsWith("0"))) {
        return OptionalInt.empty();
      }
      value = value << 8 | octet;
    }
    return OptionalInt.of(value);
  }

  /** An address that a person wants, with or without this network's prefix length. */
  int wanted(String text) {
    String bare = text.endsWith("/" + prefix) ? text.substring(0, text.lastIndexOf('/')) : text;
    OptionalInt address = address(bare);
    if (address.isEmpty() || !isUsable(address.getAsInt())) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "'" + shown(text) + "' is no address for a container: must be one of " + this,
              "leave it out to get the next free one"));
    }
    return address.getAsInt();
  }

  /** Whether a container may have it: inside, neither the network nor the broadcast address. */
  boolean isUsable(int address) {
    int host = address & ~mask(prefix);
    return (address & mask(prefix)) == base && host != 0 && host != ~mask(prefix);
  }

  int hosts() {
    return (1 << (32 - prefix)) - 2;
  }

  String withPrefix(int address) {
    return text(address) + "/" + prefix;
  }

  /** A locally administered hardware address that is unique with the address. */
  static String mac(int address) {
    return String.format(
        "02:6e:%02x:%02x:%02x:%02x",
        address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }

  static String text(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 0xff)
        + "."
        + (address >>> 8 & 0xff)
        + "."
        + (address & 0xff);
  }

  private static int mask(int prefix) {
    return -1 << (32 - prefix);
  }

  private static int number(String text) {
    return text.matches("\\d{1,2}") ? Integer.parseInt(text) : -1;
  }

  private static String shown(String text) {
    String cut = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "\uFFFD");
  }

  @Override
  public String toString() {
    return text(base) + "/" + prefix;
  }
}
