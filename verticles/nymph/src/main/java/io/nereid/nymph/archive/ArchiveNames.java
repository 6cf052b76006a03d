package io.nereid.nymph.archive;

import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The entries of a checkpoint archive.
 *
 * <p>Source of the standard ones: podman-container-checkpoint(1), and lib/metadata.go of
 * checkpointctl.
 */
final class ArchiveNames {
  static final String CONFIG_DUMP = "config.dump";
  static final String SPEC_DUMP = "spec.dump";
  static final String NETWORK_STATUS = "network.status";
  static final String DELETED_FILES = "deleted.files";
  static final String ROOTFS_DIFF = "rootfs-diff.tar";
  static final String LOG = "ctr.log";
  static final String DUMP_LOG = "dump.log";
  static final String STATS = "stats-dump";
  static final String IMAGES = "checkpoint/";

  /** Ours are below this. */
  static final String OURS = "nereid/";

  static final String SNAPSHOT = OURS + "snapshot.json";
  static final String LUGGAGE = OURS + "container.json";
  static final String USER_CONFIG = OURS + "config.json";
  static final String OPAQUE = OURS + "opaque.json";
  static final String IMAGE_TAR = OURS + "image.tar";

  /** The last entry: SHA-256 of all others. */
  static final String DIGESTS = OURS + "digests.json";

  private static final Set<String> PLAIN =
      Set.of(
          CONFIG_DUMP,
          SPEC_DUMP,
          NETWORK_STATUS,
          DELETED_FILES,
          ROOTFS_DIFF,
          LOG,
          DUMP_LOG,
          STATS,
          SNAPSHOT,
          LUGGAGE,
          USER_CONFIG,
          OPAQUE,
          IMAGE_TAR,
          DIGESTS);

  private static final Pattern IMAGE =
      Pattern.compile("checkpoint/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

  private ArchiveNames() {}

  /** Whether it is a regular file; the library calls much else so, too. */
  static boolean isPlain(TarArchiveEntry entry) {
    byte type = entry.getLinkFlag();
    return (type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM)
        && !entry.isDirectory()
        && !entry.isSparse();
  }

  /** Whether a file of this name belongs into an archive. */
  static boolean isKnown(String name) {
    return PLAIN.contains(name) || IMAGE.matcher(name).matches();
  }
}
