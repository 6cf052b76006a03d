package io.nereid.gateway;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The file of a unix socket. The socket is bound in a directory that only root may enter and moved
 * into place when its mode is right, so that there is no moment at which others can open it.
 * Blocks.
 */
final class SocketFile {
  private static final int TYPE_MASK = 0xF000;
  private static final int TYPE_SOCKET = 0xC000;

  private final Path path;
  private Path nursery;

  SocketFile(Path path) {
    this.path = path;
  }

  /**
   * Makes sure that nobody listens.
   *
   * @return where to bind
   */
  Path prepare() {
    try {
      Path directory = path.getParent();
      Files.createDirectories(directory);
      refuseWhatIsInUse();
      // A short name: the kernel limits the length of the whole path.
      nursery = directory.resolve(".gw");
      discard();
      nursery = directory.resolve(".gw");
      Files.createDirectory(
          nursery,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return nursery.resolve("s");
    } catch (IOException e) {
      throw cannot(e);
    }
  }

  /** To be called when it is bound: from now on clients find it. */
  void publish() {
    try {
      Path bound = nursery.resolve("s");
      Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
      Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw cannot(e);
    } finally {
      discard();
    }
  }

  /** Removes what a failed or finished start has left. */
  void discard() {
    if (nursery == null) {
      return;
    }
    try {
      Files.deleteIfExists(nursery.resolve("s"));
      Files.deleteIfExists(nursery);
    } catch (IOException e) {
      throw cannot(e);
    }
    nursery = null;
  }

  /** To be called when nobody listens any more. */
  void remove() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw cannot(e);
    }
  }

  private void refuseWhatIsInUse() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & TYPE_MASK) != TYPE_SOCKET) {
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              path + " exists and is no socket",
              "remove it, or set gateway.socket to another path"));
    }
    // A socket that was left over by a daemon that was killed is replaced when ours is ready.
    if (somebodyListens()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "somebody listens at " + path + " already",
              "another daemon runs with this run directory: stop it, or use another --run-dir"));
    }
  }

  private boolean somebodyListens() throws IOException {
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return probe.isConnected();
    } catch (ConnectException e) {
      return false;
    }
  }

  private FailureException cannot(IOException e) {
    return new FailureException(
        Failure.refused(
            FailureCode.CONFIG_INVALID,
            "cannot listen at unix:" + path + ": " + e,
            "the daemon must be root, and the directory on a local file system"),
        e);
  }
}
