package io.nereid.nymph.net;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;

/**
 * Gratuitous ARP: tells a segment where an address is. Both forms, because switches learn from
 * either but some neighbours heed only one.
 *
 * <p>Source: RFC 5227 section 3, RFC 826.
 */
final class ArpFrames {
  private static final int FRAME_BYTES_MIN = 60;
  private static final short ETHERTYPE_ARP = 0x0806;
  private static final short REQUEST = 1;
  private static final short REPLY = 2;
  private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};

  private ArpFrames() {}

  /**
   * The frames to send.
   *
   * @param mac as in 02:6e:0a:4d:00:05
   * @param address IPv4 in dotted form, without a prefix length
   */
  static List<byte[]> announcing(String mac, String address) {
    byte[] hardware = HexFormat.ofDelimiter(":").parseHex(mac);
    byte[] protocol = ipv4(address);
    return List.of(frame(REQUEST, hardware, protocol), frame(REPLY, hardware, protocol));
  }

  /** The four bytes of a dotted address. */
  static byte[] ipv4(String address) {
    String[] parts = address.split("\\.", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("'" + address + "' is not an IPv4 address");
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      int part = Integer.parseInt(parts[i]);
      if (part < 0 || part > 255) {
        throw new IllegalArgumentException("'" + address + "' is not an IPv4 address");
      }
      bytes[i] = (byte) part;
    }
    return bytes;
  }

  private static byte[] frame(short operation, byte[] mac, byte[] address) {
    ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES_MIN);
    frame.put(BROADCAST).put(mac).putShort(ETHERTYPE_ARP);
    frame.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
    frame.putShort(operation).put(mac).put(address);
    frame.put(operation == REQUEST ? new byte[6] : BROADCAST).put(address);
    return frame.array();
  }
}
