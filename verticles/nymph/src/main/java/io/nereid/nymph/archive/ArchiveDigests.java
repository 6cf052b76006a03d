package io.nereid.nymph.archive;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;

/**
 * SHA-256 of each entry of an archive but this one.
 *
 * @param format of this record
 * @param sha256 hexadecimal digits by the entry's name
 */
record ArchiveDigests(int format, Map<String, String> sha256) {
  static final int FORMAT = 1;

  ArchiveDigests {
    sha256 = new TreeMap<>(sha256);
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
