package io.nereid.launcher.bench;

import java.io.IOException;

/** Freeze, dump, copy, restore: what can be had with runc and nothing else. */
final class RuncCopy implements BareSystem.Way {
  @Override
  public long move(Site site, BareHost from, BareHost to, int number) throws IOException {
    // Frozen first: CRIU alone would wait for the freezer in steps of 100 ms.
    from.freeze();
    from.port().unplug();
    from.checkpoint();
    BareSystem.copy(site, from, to);
    to.port().plug();
    to.restore();
    to.port().release();
    return System.nanoTime();
  }
}
