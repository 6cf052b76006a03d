package io.nereid.nymph.preflight;

import java.util.Arrays;
import java.util.List;

/**
 * Whose resource limits this process may read, as prlimit(2) has it: with CAP_SYS_RESOURCE
 * everybody's, otherwise those of processes all of whose users and groups are its own. CRIU reads
 * them of each process that it dumps, with the same rights.
 */
record Limits(boolean all, List<String> user, List<String> group) {
  private static final int CAP_SYS_RESOURCE = 24;

  // Real, effective and saved; the fourth is the file system's, which does not matter here.
  private static final int IDS = 3;

  /** From this process's own status. */
  static Limits of(String status) {
    String effective = ProcFiles.field(status, "CapEff:");
    boolean all = true;
    try {
      all = (Long.parseUnsignedLong(effective, 16) >> CAP_SYS_RESOURCE & 1) == 1;
    } catch (NumberFormatException e) {
      // Where it is not known nobody is warned for nothing.
      return new Limits(true, List.of(), List.of());
    }
    return new Limits(all, ids(status, "Uid:").subList(0, 1), ids(status, "Gid:").subList(0, 1));
  }

  /** Whether those of a process may be read, by its status. */
  boolean readable(String status) {
    return all
        || ids(status, "Uid:").stream().allMatch(user::contains)
            && ids(status, "Gid:").stream().allMatch(group::contains);
  }

  private static List<String> ids(String status, String field) {
    return Arrays.stream(ProcFiles.field(status, field).split("\\s+")).limit(IDS).toList();
  }
}
