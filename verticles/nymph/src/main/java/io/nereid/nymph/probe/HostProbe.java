package io.nereid.nymph.probe;

import io.nereid.domain.node.Capabilities;

/** Finds out what this host can do. */
public interface HostProbe {
  /** Versions and features; found once, then remembered. The first call blocks for seconds. */
  Capabilities capabilities();
}
