package io.nereid.launcher.daemon;

import io.nereid.config.NodeConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a second daemon off the directories of the first. The kernel drops the locks with the
 * process, however that ends.
 */
final class DaemonLock implements Closeable {
  private static final int NOTE_BYTES_MAX = 32;

  private final List<FileChannel> held = new ArrayList<>();

  private DaemonLock() {}

  static DaemonLock take(NodeConfig node) throws IOException {
    DaemonLock lock = new DaemonLock();
    try {
      lock.add(node.runDir(), "run directory", "--run-dir");
      lock.add(node.dataDir(), "data directory", "--data-dir");
      return lock;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  long pid() {
    return ProcessHandle.current().pid();
  }

  private void add(Path directory, String what, String option) throws IOException {
    FileChannel channel;
    Path file = directory.resolve("nereid.lock");
    try {
      Files.createDirectories(directory);
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              "the " + what + " " + directory + " cannot be used: " + e,
              "run as root, or choose another with " + option),
          e);
    }
    held.add(channel);
    if (!locked(channel)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "another daemon" + pidIn(channel) + " uses the " + what + " " + directory,
              "stop it, or give this one another with " + option));
    }
    channel.truncate(0);
    channel.write(ByteBuffer.wrap((pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String pidIn(FileChannel channel) throws IOException {
    ByteBuffer note = ByteBuffer.allocate(NOTE_BYTES_MAX);
    channel.read(note, 0);
    String pid = StandardCharsets.US_ASCII.decode(note.flip()).toString().strip();
    return pid.matches("\\d+") ? " (process " + pid + ")" : "";
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : held) {
      channel.close();
    }
    held.clear();
  }
}
