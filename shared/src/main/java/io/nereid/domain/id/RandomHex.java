package io.nereid.domain.id;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Random identities; unguessable, because some of them serve as tokens. */
public final class RandomHex {
  private static final SecureRandom RANDOM = new SecureRandom();

  private RandomHex() {}

  /** Twice as many hexadecimal digits as bytes. */
  public static String ofBytes(int bytes) {
    byte[] raw = new byte[bytes];
    RANDOM.nextBytes(raw);
    return HexFormat.of().formatHex(raw);
  }
}
