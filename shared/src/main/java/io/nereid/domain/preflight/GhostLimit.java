package io.nereid.domain.preflight;

/** How large a file may be that was deleted and is still open. */
public final class GhostLimit {
  /** CRIU's own limit is 1 MiB; this one is given to it. Only the disk ought to say no. */
  public static final long BYTES = 64L << 30;

  /** What needs no mention. */
  public static final long SMALL_BYTES = 1L << 20;

  /** As CRIU's configuration spells it. */
  public static final String SETTING = "ghost-limit 64G";

  private GhostLimit() {}
}
