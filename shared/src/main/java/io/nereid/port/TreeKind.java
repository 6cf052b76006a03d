package io.nereid.port;

/** What a directory that is sent holds. */
public enum TreeKind {
  /** The container's bundle as given: config.json and Nereid's own description. */
  BUNDLE,
  /** A read-only root file system, known by the digest of its manifest. */
  LAYER,
  /** The writable layer of an overlay, with whiteouts. */
  UPPER,
  /** CRIU's images; memory pages are cut at 4 KiB. */
  IMAGES,
  /** The container's log. */
  LOG,
  /** Writable volumes, one directory each. */
  VOLUMES
}
