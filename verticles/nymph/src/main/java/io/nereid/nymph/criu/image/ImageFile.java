package io.nereid.nymph.criu.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Image files of CRIU: two magic numbers, then messages, each after its length; all little endian.
 * Source of the format: CRIU, criu/include/magic.h and criu/image.c.
 */
final class ImageFile {
  private static final int INVENTORY = 0x58313116;
  static final int CORE = 0x55053847;
  static final int MM = 0x57492820;
  private static final int COMMON = 0x54564319;

  private ImageFile() {}

  /** The first message of a file. */
  static ByteBuffer first(Path file, int magic, int bytesMax) throws IOException {
    if (Files.size(file) > bytesMax) {
      throw new IOException(file + " is larger than " + bytesMax + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < 12 || in.getInt() != COMMON || in.getInt() != magic) {
      throw new IOException(file + " is not the image of CRIU that its name says");
    }
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IOException(file + " has a message of " + length + " bytes");
    }
    return in.slice(in.position(), length);
  }

  /** Writes an inventory, the only image that begins with one magic number. */
  static void writeInventory(Path file, byte[] message) throws IOException {
    ByteBuffer head =
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(INVENTORY)
            .putInt(message.length);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(head.array());
      out.write(message);
    }
  }
}
