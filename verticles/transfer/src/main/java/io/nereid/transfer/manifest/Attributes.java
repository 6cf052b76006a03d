package io.nereid.transfer.manifest;

import java.util.Set;

/**
 * Which extended attributes travel. Those of overlayfs that mean something on one host only are
 * left out: {@code origin} and {@code upper} hold file handles, {@code uuid} an identity, {@code
 * nlink} belongs to an index that is not sent.
 */
public final class Attributes {
  private static final Set<String> LOCAL =
      Set.of(
          "trusted.overlay.origin",
          "trusted.overlay.upper",
          "trusted.overlay.uuid",
          "trusted.overlay.nlink");
  private static final Set<String> NAMED =
      Set.of("security.capability", "system.posix_acl_access", "system.posix_acl_default");

  private Attributes() {}

  /** True when an attribute of this name is sent, and accepted from others. */
  public static boolean travels(String name) {
    return name.length() <= Limits.NAME_BYTES_MAX
        && !LOCAL.contains(name)
        && (NAMED.contains(name)
            || (name.startsWith("user.") && name.length() > 5)
            || (name.startsWith("trusted.overlay.") && name.length() > 16));
  }
}
