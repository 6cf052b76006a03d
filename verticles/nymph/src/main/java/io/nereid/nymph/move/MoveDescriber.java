package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Describes a container that is to leave, and refuses what certainly cannot be dumped here. */
final class MoveDescriber {
  private MoveDescriber() {}

  static MoveDescription describe(MoveParts parts, ContainerRecord record) {
    var status = parts.core().view().of(record);
    int connections =
        record.network().mode() == NetworkMode.HOST
            ? 0
            : status.pid().map(TcpPolicy::established).orElse(0);
    var capabilities = parts.probe().capabilities();
    if (!capabilities.problems().isEmpty()) {
      throw refused(
          FailureCode.INCOMPATIBLE,
          "host " + parts.paths().node() + " cannot dump: " + capabilities.problems().getFirst(),
          "run 'nereid doctor' there");
    }
    if (connections > 0 && !TcpPolicy.moves(parts, record)) {
      throw refused(
          FailureCode.INCOMPATIBLE,
          "container "
              + record.name()
              + " has "
              + connections
              + " established TCP connections and criu.tcpEstablished is false",
          "set criu.tcpEstablished (CRIU_TCP_ESTABLISHED) to auto or true, or close them");
    }
    long files =
        parts.transfer().layerBytes(record.layer())
            + bytes(parts.paths().container(record.id()).upper());
    return new MoveDescription(
        record.id(),
        record.name(),
        status,
        record.network(),
        capabilities,
        parts.core().cgroups().memoryBytes(parts.paths().cgroup(record.id())),
        files,
        List.of(record.layer()),
        record.terminal(),
        connections);
  }

  private static FailureException refused(FailureCode code, String message, String remedy) {
    return new FailureException(Failure.refused(code, message, remedy));
  }

  /** Content of a tree that may change meanwhile. */
  private static long bytes(Path root) {
    AtomicLong sum = new AtomicLong();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum.addAndGet(attributes.isRegularFile() ? attributes.size() : 0);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot walk " + root, e);
    }
    return sum.get();
  }
}
