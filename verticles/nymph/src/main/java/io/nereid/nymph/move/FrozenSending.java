package io.nereid.nymph.move;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what remains of a frozen container: its files while CRIU dumps it, so that the target can
 * prepare the restore meanwhile; then the images. Blocks, where it does not say otherwise.
 */
final class FrozenSending {
  private static final Logger LOG = LoggerFactory.getLogger(FrozenSending.class);
  private final MoveParts parts;
  private final Map<ContainerId, UnderWay> begun = new ConcurrentHashMap<>();

  /**
   * Files that are being sent.
   *
   * @param logBytes how long the log was before
   * @param report empty when they did not arrive
   */
  private record UnderWay(
      MigrationId migration,
      long logBytes,
      Beside sending,
      AtomicReference<Optional<SendReport>> report) {
    Optional<SendReport> await() {
      sending.join();
      return report.get();
    }
  }

  FrozenSending(MoveParts parts) {
    this.parts = parts;
  }

  /**
   * Where it puts what it makes.
   *
   * @param bundle of the container's description; is made
   * @param images of the dump, which may still be under way
   * @param rounds that the images build upon
   */
  record Place(Path bundle, Path images, int rounds) {}

  /** Begins to send the files of a container that has just been frozen. Does not block. */
  void begin(MigrationId migration, ContainerRecord record, StepCommand.SendDelta step, Place at) {
    AtomicReference<Optional<SendReport>> report = new AtomicReference<>(Optional.empty());
    long logBytes = logBytes(record);
    Beside sending =
        Beside.start(() -> {
          try {
            pack(record, at);
            report.set(
                Optional.of(
                    parts
                        .transfer()
                        .send(
                            request(migration, record, step, SetLabel.FILES, files(record, at)),
                            p -> {})));
          } catch (FailureException | UncheckedIOException e) {
            LOG.warn(
                "the files of container {} are sent with its images: {}",
                record.id(),
                e.getMessage());
          }
        });
    begun.put(record.id(), new UnderWay(migration, logBytes, sending, report));
  }

  /** Sends the images, and whatever else has not arrived. */
  SendReport finish(
      MigrationId migration,
      ContainerRecord record,
      StepCommand.SendDelta step,
      Place at,
      Consumer<Progress> told) {
    UnderWay files = begun.remove(record.id());
    Optional<SendReport> sent =
        files == null || !files.migration().equals(migration) ? Optional.empty() : files.await();
    List<Tree> trees = new ArrayList<>();
    if (sent.isEmpty()) {
      pack(record, at);
      trees.addAll(files(record, at));
    } else if (logBytes(record) != files.logBytes()) {
      // What was still in the pipe when it was frozen.
      trees.add(log(record));
    }
    trees.add(new Tree(TreeKind.IMAGES, at.images()));
    SendReport rest =
        parts.transfer().send(request(migration, record, step, SetLabel.FINAL, trees), told);
    return sent.map(first -> sum(first, rest)).orElse(rest);
  }

  /** Waits until nothing is sent any more, and forgets it. Idempotent. */
  void end(ContainerId id) {
    UnderWay files = begun.remove(id);
    if (files != null) {
      parts.transfer().cancel(files.migration());
      files.await();
    }
  }

  private static SendReport sum(SendReport a, SendReport b) {
    return new SendReport(
        a.bytesTotal() + b.bytesTotal(),
        a.bytesSent() + b.bytesSent(),
        a.reconnects() + b.reconnects(),
        b.tookMs());
  }

  private void pack(ContainerRecord record, Place at) {
    Luggage.pack(
        record, at.rounds(), parts.paths().container(record.id()).userConfig(), at.bundle());
    Path descriptors = at.images().resolve(HeldRestore.DESCRIPTORS);
    try {
      // runc has written them before CRIU was started.
      if (Files.isRegularFile(descriptors)) {
        Files.write(at.bundle().resolve(HeldRestore.DESCRIPTORS), Files.readAllBytes(descriptors));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + descriptors, e);
    }
  }

  private List<Tree> files(ContainerRecord record, Place at) {
    ContainerDirs dirs = parts.paths().container(record.id());
    List<Tree> trees =
        new ArrayList<>(
            List.of(
                new Tree(TreeKind.BUNDLE, at.bundle()),
                new Tree(TreeKind.UPPER, dirs.upper()),
                log(record)));
    parts.core().volumes().moves().tree(record.id()).ifPresent(trees::add);
    return trees;
  }

  private Tree log(ContainerRecord record) {
    return new Tree(TreeKind.LOG, parts.paths().container(record.id()).log().getParent());
  }

  private long logBytes(ContainerRecord record) {
    // Zero when there is none.
    return parts.paths().container(record.id()).log().toFile().length();
  }

  private SendRequest request(
      MigrationId migration,
      ContainerRecord record,
      StepCommand.SendDelta step,
      SetLabel label,
      List<Tree> trees) {
    return new SendRequest(
        migration,
        record.id(),
        step.ticket(),
        label,
        trees,
        // Once is enough, and with what always comes.
        label == SetLabel.FINAL ? parts.layers(record) : List.of(),
        step.bandwidthBytesPerSecond());
  }
}
