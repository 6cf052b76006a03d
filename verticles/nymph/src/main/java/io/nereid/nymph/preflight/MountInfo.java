package io.nereid.nymph.preflight;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mounts that a process sees, by number. Source of the format: proc_pid_mountinfo(5).
 *
 * @param byId mounts
 */
record MountInfo(Map<Long, Mount> byId) {
  private static final int MOUNTS_MAX = 10_000;
  private static final int POINT = 4;
  private static final int FIELDS_MIN = 7;

  /** One mount. */
  record Mount(String point, String type) {
    /** Asking such a file system may block for ever: somebody else has to answer. */
    boolean isRemote() {
      return type.startsWith("fuse") && !type.equals("fusectl")
          || type.startsWith("nfs")
          || List.of("cifs", "smb3", "9p", "ceph", "afs").contains(type);
    }
  }

  static MountInfo parse(String text) {
    Map<Long, Mount> mounts = new HashMap<>();
    text.lines()
        .limit(MOUNTS_MAX)
        .forEach(line -> {
          String[] fields = line.split(" ");
          int dash = List.of(fields).indexOf("-");
          if (fields.length >= FIELDS_MIN && dash > POINT && dash + 1 < fields.length) {
            mounts.put(ProcFiles.number(fields[0], -1), new Mount(fields[POINT], fields[dash + 1]));
          }
        });
    return new MountInfo(mounts);
  }

  Optional<Mount> find(long id) {
    return Optional.ofNullable(byId.get(id));
  }
}
