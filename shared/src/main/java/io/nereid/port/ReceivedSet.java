package io.nereid.port;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A complete, verified set at the receiver.
 *
 * @param roots directory of each tree; on one file system with the transfer's data directory, so
 *     that the nymph can take one over by renaming it
 * @param layers digests that are in the layer store now
 */
public record ReceivedSet(Map<TreeKind, Path> roots, List<String> layers) {}
