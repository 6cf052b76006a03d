package io.nereid.nymph.net;

import java.nio.ByteBuffer;

/**
 * Finishes checksums that a sender has left to hardware. Between virtual devices nobody fills them
 * in, because the kernel remembers that they are unfinished; a frame that we captured and send
 * again has lost that memory and would be dropped. An unfinished one is recognised exactly: its
 * field holds the sum of the pseudo header.
 *
 * <p>Sources: RFC 1071, RFC 9293 section 3.1, RFC 768; the kernel's networking/checksum-offloads.
 */
final class FrameChecksums {
  private static final int ETHERNET_BYTES = 14;
  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private FrameChecksums() {}

  /** Changes the frame in place if it is IPv4 with an unfinished TCP or UDP checksum. */
  static void finish(byte[] bytes) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    if (bytes.length < ETHERNET_BYTES + 20 || (frame.getShort(12) & 0xffff) != ETHERTYPE_IPV4) {
      return;
    }
    int headerBytes = (frame.get(ETHERNET_BYTES) & 0x0f) * 4;
    int packetBytes = frame.getShort(ETHERNET_BYTES + 2) & 0xffff;
    int protocol = frame.get(ETHERNET_BYTES + 9) & 0xff;
    boolean fragment = (frame.getShort(ETHERNET_BYTES + 6) & 0x3fff) != 0;
    int payload = ETHERNET_BYTES + headerBytes;
    int payloadBytes = packetBytes - headerBytes;
    int field = payload + (protocol == TCP ? 16 : 6);
    boolean fits =
        (protocol == TCP || protocol == UDP)
            && !fragment
            && headerBytes >= 20
            && ETHERNET_BYTES + packetBytes <= bytes.length
            && field + 2 <= payload + payloadBytes;
    if (!fits) {
      return;
    }
    long pseudo = sum(frame, ETHERNET_BYTES + 12, 8) + protocol + payloadBytes;
    if ((frame.getShort(field) & 0xffff) != fold(pseudo)) {
      return;
    }
    frame.putShort(field, (short) 0);
    int finished = ~fold(pseudo + sum(frame, payload, payloadBytes)) & 0xffff;
    frame.putShort(field, (short) (protocol == UDP && finished == 0 ? 0xffff : finished));
  }

  private static long sum(ByteBuffer frame, int from, int bytes) {
    long sum = 0;
    int i = 0;
    for (; i + 1 < bytes; i += 2) {
      sum += frame.getShort(from + i) & 0xffff;
    }
    return i < bytes ? sum + ((frame.get(from + i) & 0xff) << 8) : sum;
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded >> 16 != 0) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    return (int) folded;
  }
}
