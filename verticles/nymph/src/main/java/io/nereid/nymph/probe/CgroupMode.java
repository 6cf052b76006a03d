package io.nereid.nymph.probe;

import java.util.Arrays;
import java.util.List;

/**
 * Which cgroup hierarchies are mounted.
 *
 * @param name "v1", "v2", "hybrid" (controllers in v1 and a v2 tree beside them) or "none"
 * @param canFreeze whether processes can be frozen: v1 needs the freezer, v2 always can
 */
record CgroupMode(String name, boolean canFreeze) {
  private static final int TYPE = 2;
  private static final int OPTIONS = 3;
  private static final int FIELDS = 4;

  /** From the text of /proc/self/mounts. */
  static CgroupMode of(String mounts) {
    List<String[]> fields =
        mounts.lines().map(line -> line.split(" ")).filter(f -> f.length >= FIELDS).toList();
    boolean v2 = fields.stream().anyMatch(f -> f[TYPE].equals("cgroup2"));
    List<String> options =
        fields.stream()
            .filter(f -> f[TYPE].equals("cgroup"))
            .flatMap(f -> Arrays.stream(f[OPTIONS].split(",")))
            .toList();
    boolean v1 = !options.isEmpty();
    boolean freezer = options.contains("freezer");
    if (v1) {
      return new CgroupMode(v2 ? "hybrid" : "v1", freezer);
    }
    return new CgroupMode(v2 ? "v2" : "none", v2);
  }
}
