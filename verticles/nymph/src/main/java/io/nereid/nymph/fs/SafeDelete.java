package io.nereid.nymph.fs;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.RandomHex;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Deletes directories without ever reaching through a mount: a checkpoint or restore that failed
 * may have left whole root file systems mounted below the directory to be deleted. Everything below
 * is unmounted first, links are not followed, and another file system is never entered.
 */
public final class SafeDelete {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private final ProcessRunner runner;
  private final Mounts mounts;
  private final List<Path> roots;
  private final Path trash;

  /** Deletes only below this host's directories. */
  public SafeDelete(ProcessRunner runner, Mounts mounts, HostPaths paths) {
    this.runner = runner;
    this.mounts = mounts;
    this.roots = List.of(paths.data(), paths.run(), paths.dumps());
    this.trash = paths.trash();
  }

  /** Deletes a file or directory with all it holds; does nothing when it does not exist. */
  public void delete(Path target) {
    Path real = check(target);
    if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    mounts.unmountBelow(real);
    // Of coreutils, because a container may have made trees deeper than any path may be long.
    Outcome outcome =
        runner.run(
            Command.of(
                LIMIT, "rm", "--recursive", "--force", "--one-file-system", "--", real.toString()));
    if (!outcome.ok() || Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      String said = outcome instanceof Outcome.Exited e ? e.stderr().strip() : outcome.toString();
      throw new FailureException(
          Failure.of(
                  FailureCode.RUNTIME_FAILED,
                  "cannot delete " + real + " completely",
                  "delete the rest by hand; first look with findmnt whether something is mounted below")
              .withEvidence(said.lines().limit(20).toList()));
    }
  }

  /**
   * Deletes a directory of the data directory so that it disappears at once and as a whole, even
   * when we are interrupted: the rest is done by {@link #emptyTrash}.
   */
  public void deleteAtOnce(Path target) {
    Path real = check(target);
    if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    mounts.unmountBelow(real);
    Path moved = trash.resolve(real.getFileName() + "-" + RandomHex.ofBytes(6));
    try {
      Files.createDirectories(trash);
      Files.move(real, moved, StandardCopyOption.ATOMIC_MOVE);
      DurableFile.syncDirectory(real.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot move " + real + " to the trash: " + e, e);
    }
    delete(moved);
  }

  /** Deletes what an interrupted {@link #deleteAtOnce} has left. */
  public void emptyTrash() {
    if (!Files.isDirectory(trash)) {
      return;
    }
    try (Stream<Path> left = Files.list(trash)) {
      left.toList().forEach(this::delete);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + trash, e);
    }
  }

  // The kernel's mount table has no links in its paths, so ours must have none either.
  private Path check(Path target) {
    Path normal = target.toAbsolutePath().normalize();
    if (roots.stream().noneMatch(root -> normal.startsWith(root) && !normal.equals(root))) {
      throw new IllegalArgumentException(
          normal + " is not below any of " + roots + ": it is not ours to delete");
    }
    Path parent = normal.getParent();
    try {
      return Files.exists(parent) ? parent.toRealPath().resolve(normal.getFileName()) : normal;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot resolve " + parent, e);
    }
  }
}
