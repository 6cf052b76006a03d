package io.nereid.transfer.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The first bytes of a connection on which a host asks for what another one lends: magic {@code
 * NRPL}, version u16, length of the token u16, token (ASCII). The answer is a {@link PullReply}.
 */
public record PullHello(String token) {
  /** How such a connection begins. */
  public static final int MAGIC = 0x4e52504c;

  /** Bytes before the token. */
  public static final int PREFIX_BYTES = 8;

  /** Longest token. */
  public static final int TOKEN_BYTES_MAX = 128;

  /** The token is not shown. */
  @Override
  public String toString() {
    return "PullHello";
  }

  /** The encoded greeting. */
  public byte[] encode() {
    byte[] secret = token.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(PREFIX_BYTES + secret.length)
        .putInt(MAGIC)
        .putShort((short) Protocol.VERSION)
        .putShort((short) secret.length)
        .put(secret)
        .array();
  }

  /** The length of the token that follows the prefix. */
  public static int tokenBytes(byte[] prefix) throws FrameException {
    ByteBuffer in = ByteBuffer.wrap(prefix);
    if (in.getInt() != MAGIC) {
      throw new FrameException("this is not the greeting of a host that asks for content");
    }
    int version = Short.toUnsignedInt(in.getShort());
    if (version != Protocol.VERSION) {
      throw new FrameException("protocol version " + version + " is not " + Protocol.VERSION);
    }
    int length = Short.toUnsignedInt(in.getShort());
    if (length == 0 || length > TOKEN_BYTES_MAX) {
      throw new FrameException("a token of " + length + " bytes");
    }
    return length;
  }

  /** Reads what follows the prefix. */
  public static PullHello decode(byte[] token) {
    return new PullHello(new String(token, StandardCharsets.US_ASCII));
  }
}
