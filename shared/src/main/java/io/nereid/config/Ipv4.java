package io.nereid.config;

import java.util.regex.Pattern;

/** Just enough of IPv4 to check settings. */
final class Ipv4 {
  static final Pattern ADDRESS =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");

  private Ipv4() {}

  /**
   * A network in the form 10.77.0.0/16.
   *
   * @param base lowest address
   */
  record Network(long base, int prefix) {
    static final int PREFIX_MIN = 8;
    static final int PREFIX_MAX = 29;

    /** Throws an IllegalArgumentException unless the text is one. */
    static Network parse(String text) {
      String[] parts = text.split("/", -1);
      if (parts.length != 2
          || !ADDRESS.matcher(parts[0]).matches()
          || !parts[1].matches("\\d{1,2}")) {
        throw new IllegalArgumentException();
      }
      Network network = new Network(number(parts[0]), Integer.parseInt(parts[1]));
      if (network.prefix < PREFIX_MIN
          || network.prefix > PREFIX_MAX
          || (network.base & ~network.mask()) != 0) {
        throw new IllegalArgumentException();
      }
      return network;
    }

    /** An address for a host: neither the network's own nor its broadcast address. */
    boolean holdsHost(String address) {
      long value = number(address);
      long broadcast = base | (~mask() & 0xffff_ffffL);
      return (value & mask()) == base && value != base && value != broadcast;
    }

    private long mask() {
      return 0xffff_ffffL << (32 - prefix) & 0xffff_ffffL;
    }
  }

  private static long number(String address) {
    long value = 0;
    for (String part : address.split("\\.")) {
      value = value << 8 | Integer.parseInt(part);
    }
    return value;
  }
}
