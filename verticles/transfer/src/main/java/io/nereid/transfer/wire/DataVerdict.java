package io.nereid.transfer.wire;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the receiver says on a data connection: accepted, once; or why it closes, at any time.
 * Status u8 (0 accepted, 1 refused), length u16, text in UTF-8: code, newline, remedy in one line,
 * newline, message.
 */
public final class DataVerdict {
  /** The answer to an accepted greeting. */
  public static final byte[] ACCEPTED = {0, 0, 0};

  /** Bytes before the text. */
  public static final int PREFIX_BYTES = 3;

  private static final int TEXT_BYTES_MAX = 1024;

  private DataVerdict() {}

  /** The encoded refusal. */
  public static byte[] refused(Failure failure) {
    String remedy = failure.remedy().replaceAll("\\R", " ");
    byte[] text =
        (failure.code() + "\n" + remedy + "\n" + failure.message())
            .getBytes(StandardCharsets.UTF_8);
    byte[] cut = Arrays.copyOf(text, Math.min(text.length, TEXT_BYTES_MAX));
    return ByteBuffer.allocate(PREFIX_BYTES + cut.length)
        .put((byte) 1)
        .putShort((short) cut.length)
        .put(cut)
        .array();
  }

  /** Reads the text of a refusal. */
  public static Failure decode(byte[] text) {
    String[] parts = new String(text, StandardCharsets.UTF_8).split("\n", 3);
    return parts.length == 3
        ? Messages.failure(parts[0], parts[2], parts[1])
        : Messages.failure("", String.join(" ", parts), "");
  }

  /** The code of this name, or PROTOCOL for one that we do not know. */
  static FailureCode codeOf(String name) {
    for (FailureCode code : FailureCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return FailureCode.PROTOCOL;
  }
}
