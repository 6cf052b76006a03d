package io.nereid.domain.node;

import java.util.List;

/**
 * What a host can do, found by probing at start.
 *
 * @param arch as in {@code uname -m}
 * @param cgroup "v1", "v2" or "hybrid"
 * @param runc version, or empty when it does not work
 * @param criu version, or empty when it does not work
 * @param criuFeatures names of CRIU's features that work here
 * @param problems why something does not work, in words; empty when the main job can run
 */
public record Capabilities(
    String arch,
    String kernel,
    String cgroup,
    String runc,
    String criu,
    String conmon,
    List<String> criuFeatures,
    List<String> problems) {}
