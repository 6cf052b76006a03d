package io.nereid.transfer.snapshot;

import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.TreeKind;
import java.util.Map;

/**
 * What {@code snapshot.json} holds. Written last: a directory without it is no snapshot.
 *
 * @param format of this record
 * @param manifests SHA-256 of each tree's manifest, in hexadecimal digits
 */
record Stored(int format, Snapshot snapshot, Map<TreeKind, String> manifests) {
  static final int FORMAT = 1;
  static final String FILE = "snapshot.json";

  Stored {
    manifests = Map.copyOf(manifests);
  }
}
