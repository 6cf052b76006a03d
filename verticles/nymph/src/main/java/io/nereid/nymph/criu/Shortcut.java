package io.nereid.nymph.criu;

/** What a dump may leave out, because its images are used at once and by us. */
public enum Shortcut {
  /** CRIU's network lock: nothing can reach the container's connections. */
  NETWORK_LOCK,

  /**
   * Compressing what is in each tmpfs. CRIU has tar start gzip for it, which takes longer than all
   * the rest. Images that were made so have a file {@value #PLAIN_MARK}, and are restored the same
   * way.
   */
  COMPRESSION;

  /** Name of the file beside such images. */
  public static final String PLAIN_MARK = "tmpfs-is-plain";
}
