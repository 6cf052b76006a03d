package io.nereid.nymph.move;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.OpenFile;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.memory.DirtyProbe;
import io.nereid.nymph.preflight.Preflight;
import io.nereid.nymph.volume.VolumeMoves;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Describes a container that is to leave. Judges nothing; changes nothing. Blocks. */
final class MoveDescriber {
  private final MoveParts parts;
  private final Preflight preflight;

  MoveDescriber(MoveParts parts, Preflight preflight) {
    this.parts = parts;
    this.preflight = preflight;
  }

  /**
   * WRONG_STATE when it does not run.
   *
   * @param watchMs for at least so long it is watched how memory changes; describing takes a while
   *     anyway
   */
  StepResult.Described describe(ContainerId id, long watchMs) {
    ContainerRecord record = parts.core().store().get(id);
    ContainerStatus status = parts.core().view().of(record);
    if (status.state() != ContainerState.RUNNING) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "cannot move container " + record.name() + ": it is " + status.state(),
              "look at 'nereid ps -a'"));
    }
    DirtyProbe probe = DirtyProbe.begin(processes(id));
    List<String> layers = parts.layers(record);
    VolumeMoves volumes = parts.core().volumes().moves();
    long files =
        layers.stream().mapToLong(parts.transfer()::layerBytes).sum()
            + bytes(parts.paths().container(record.id()).upper())
            + volumes.bytes(id);
    ContainerFacts facts = preflight.source(record, status, files, () -> rate(probe, watchMs));
    return new StepResult.Described(
        new MoveDescription(
            record.id(),
            record.name(),
            status,
            record.network(),
            facts.source().capabilities(),
            room(facts),
            files,
            layers,
            record.terminal(),
            facts.inside().tcpEstablished(),
            volumes.writable(id)),
        facts);
  }

  private static long rate(DirtyProbe probe, long watchMs) {
    long left = watchMs - probe.ageMs();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left * 1_000_000);
      left = watchMs - probe.ageMs();
    }
    return probe.bytesPerSecond();
  }

  private List<Integer> processes(ContainerId id) {
    return parts.core().cgroups().pids(parts.paths().cgroup(id));
  }

  /**
   * What images may take: all that the cgroup uses, and deleted files that are copied into them.
   */
  private long room(ContainerFacts facts) {
    long used = parts.core().cgroups().memoryBytes(parts.paths().cgroup(facts.id()));
    long ghosts = facts.inside().deleted().stream().mapToLong(OpenFile::bytes).sum();
    return Math.max(used, facts.memoryBytes()) + ghosts;
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
