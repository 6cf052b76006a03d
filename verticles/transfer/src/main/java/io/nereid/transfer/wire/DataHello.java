package io.nereid.transfer.wire;

import io.nereid.domain.id.MigrationId;
import io.nereid.port.SetLabel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The first bytes of a data connection: magic {@code NRDT}, version u16, length u16 of what
 * follows: label u8, offer u64, migration (length u8, ASCII), token (length u8, ASCII). The answer
 * is a {@link DataVerdict}.
 */
public record DataHello(MigrationId migration, String token, SetLabel label, long offer) {
  /** Bytes before the length is known. */
  public static final int PREFIX_BYTES = 8;

  /** Longest rest. */
  public static final int REST_BYTES_MAX = 256;

  private static final int MAGIC = 0x4e524454;

  /** The token is not shown. */
  @Override
  public String toString() {
    return "DataHello[" + migration + " " + label + "]";
  }

  /** The encoded greeting. */
  public byte[] encode() {
    byte[] id = migration.value().getBytes(StandardCharsets.US_ASCII);
    byte[] secret = token.getBytes(StandardCharsets.US_ASCII);
    int rest = 1 + 8 + 1 + id.length + 1 + secret.length;
    ByteBuffer out = ByteBuffer.allocate(PREFIX_BYTES + rest);
    out.putInt(MAGIC).putShort((short) Protocol.VERSION).putShort((short) rest);
    out.put((byte) label.ordinal()).putLong(offer);
    out.put((byte) id.length).put(id).put((byte) secret.length).put(secret);
    return out.array();
  }

  /** The length of what follows the prefix. */
  public static int restBytes(byte[] prefix) throws FrameException {
    ByteBuffer in = ByteBuffer.wrap(prefix);
    if (in.getInt() != MAGIC) {
      throw new FrameException("this is not the greeting of a data connection");
    }
    int version = Short.toUnsignedInt(in.getShort());
    if (version != Protocol.VERSION) {
      throw new FrameException("protocol version " + version + " is not " + Protocol.VERSION);
    }
    int rest = Short.toUnsignedInt(in.getShort());
    if (rest > REST_BYTES_MAX) {
      throw new FrameException("a greeting of " + rest + " bytes is too long");
    }
    return rest;
  }

  /** Reads what follows the prefix. */
  public static DataHello decode(byte[] rest) throws FrameException {
    try {
      ByteBuffer in = ByteBuffer.wrap(rest);
      int label = in.get();
      if (label < 0 || label >= SetLabel.values().length) {
        throw new FrameException("unknown label " + label);
      }
      long offer = in.getLong();
      MigrationId migration = new MigrationId(text(in));
      String token = text(in);
      if (in.hasRemaining()) {
        throw new FrameException("a greeting has bytes left over");
      }
      return new DataHello(migration, token, SetLabel.values()[label], offer);
    } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
      throw new FrameException("a greeting cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
