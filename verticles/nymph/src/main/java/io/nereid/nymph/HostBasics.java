package io.nereid.nymph;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.Mounts;
import io.nereid.nymph.fs.SafeDelete;
import io.nereid.nymph.journal.ResourceJournal;
import io.nereid.process.ProgramEnvironment;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * What every part of a nymph builds upon. Whoever opens it makes sure that no other nymph uses
 * these directories.
 */
public record HostBasics(
    HostPaths paths,
    ProgramEnvironment programs,
    SystemProcessRunner runner,
    DirectoryWatch watch,
    Mounts mounts,
    SafeDelete delete,
    ResourceJournal journal)
    implements AutoCloseable {

  private static final Set<PosixFilePermission> OURS = PosixFilePermissions.fromString("rwx------");

  /** Makes the directories and opens the journal; CONFIG_INVALID when that cannot be done. */
  public static HostBasics open(HostPaths paths, ProgramEnvironment programs) {
    makeDirectories(paths);
    SystemProcessRunner runner = new SystemProcessRunner(programs);
    Mounts mounts = new Mounts(runner);
    return new HostBasics(
        paths,
        programs,
        runner,
        DirectoryWatch.open(paths.data()),
        mounts,
        new SafeDelete(runner, mounts, paths),
        ResourceJournal.open(paths.journal()));
  }

  // Images of memory and writable layers are nobody else's business.
  private static void makeDirectories(HostPaths paths) {
    try {
      for (Path directory : Set.of(paths.data(), paths.run(), paths.dumps())) {
        if (!Files.isDirectory(directory)) {
          Files.createDirectories(directory);
          Files.setPosixFilePermissions(directory, OURS);
        }
      }
      for (Path directory :
          Set.of(paths.containers(), paths.runcRoot(), paths.conmon(), paths.exits())) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              "cannot make the directories of host " + paths.node() + ": " + e,
              "check node.dataDir, node.runDir and criu.dumpPath; the daemon must run as root"),
          e);
    }
  }

  @Override
  public void close() {
    watch.close();
    journal.close();
  }
}
