package io.nereid.transfer.wire;

import java.util.List;

/** Versions and limits of the protocol between two hosts. */
public final class Protocol {
  /** The version that is spoken; another one is refused. */
  public static final int VERSION = 1;

  /** What this implementation understands. */
  public static final List<String> FEATURES = List.of("sha256", "pages-4096", "withdraw");

  /** Features without which nothing works. */
  public static final List<String> FEATURES_REQUIRED = List.of("sha256", "pages-4096");

  /** Largest gRPC message, both ways; the default of Vert.x, said aloud. */
  public static final int MESSAGE_BYTES_MAX = 256 * 1024;

  /** Largest part of a manifest in one message. */
  public static final int PART_BYTES_MAX = 128 * 1024;

  /** Digests in one part. */
  public static final int PART_DIGESTS_MAX = PART_BYTES_MAX / 32;

  /** Largest payload of a data frame. */
  public static final int FRAME_BYTES_MAX = 1 << 20;

  /** Ranges of chunks in one data frame. */
  public static final int FRAME_RANGES_MAX = 1024;

  /** Trees and layers in one offer. */
  public static final int SETS_MAX = 256;

  /** Layers that may be asked for. */
  public static final int LAYERS_MAX = 200;

  /** How often the receiver shows that it lives, in ms. */
  public static final long ALIVE_MS = 500;

  /** Silence of the receiver after which a connection counts as broken, in ms. */
  public static final long SILENCE_MS = 10_000;

  /** A receiver that lives but gets nothing done for this long is given up, in ms. */
  public static final long STALL_MS = 300_000;

  /** How long the other side may take to greet, in ms. */
  public static final long GREETING_MS = 5_000;

  private Protocol() {}
}
