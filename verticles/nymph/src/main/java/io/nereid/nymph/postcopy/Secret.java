package io.nereid.nymph.postcopy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * 256 random bits that both ends of one migration's pages know. They never travel between the two
 * programs: each proves that it has them. Never logged.
 */
public final class Secret {
  static final int BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";
  private final byte[] key;

  private Secret(byte[] key) {
    this.key = key;
  }

  /** A new one. */
  public static Secret random() {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    return new Secret(key);
  }

  /** One that was written down. */
  public static Secret parse(String text) {
    byte[] key = HexFormat.of().parseHex(text);
    if (key.length != BYTES) {
      throw new IllegalArgumentException("a secret of " + key.length + " bytes");
    }
    return new Secret(key);
  }

  /** For a file that only this host's administrator can read, or a message between daemons. */
  public String text() {
    return HexFormat.of().formatHex(key);
  }

  @Override
  public String toString() {
    return "Secret";
  }

  /** A value for one purpose and one connection. */
  byte[] derive(String purpose, byte[] nonces) {
    Mac mac = mac(key);
    mac.update(purpose.getBytes(StandardCharsets.US_ASCII));
    return mac.doFinal(nonces);
  }

  static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
    }
  }
}
