package io.nereid.nymph.move;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Rounds;
import io.nereid.nymph.memory.FrozenMemory;
import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.nymph.postcopy.FeedFiles;
import io.nereid.nymph.postcopy.PageFeedProgram;
import io.nereid.nymph.postcopy.ProgramFiles;
import io.nereid.nymph.runtime.JavaPrograms;
import io.nereid.nymph.runtime.PidFile;
import io.nereid.port.PageTicket;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The programs that bring pages of frozen containers to where these run already. They outlive the
 * daemon, only read, and end with the frozen copy. Blocks.
 */
final class PageFeeds {
  private static final Logger LOG = LoggerFactory.getLogger(PageFeeds.class);
  private static final String BEGINNING = "feed-";
  private static final String PID = "feed.pid";
  private static final int HEAP_MIB = 128;
  private static final Duration START_LIMIT = Duration.ofSeconds(5);
  private static final Duration OPEN_LIMIT = Duration.ofSeconds(5);
  private static final Duration END_LIMIT = Duration.ofSeconds(5);
  private final MoveParts parts;

  PageFeeds(MoveParts parts) {
    this.parts = parts;
  }

  /**
   * What is to come later needs somebody who brings it, before anything is frozen.
   *
   * @param sent what the target has of the memory
   * @return the rounds; when nothing can come later after all, with the reason
   */
  Rounds prepare(
      StepRequest request,
      StepCommand.SendAhead step,
      Optional<MemorySnapshot> sent,
      Rounds rounds) {
    ContainerId id = request.container();
    if (rounds.later() && sent.isPresent()) {
      return prepare(request.migration(), id, sent.get(), step.pages().orElseThrow())
          .map(why -> rounds.later(false, "nothing comes later: " + why))
          .orElse(rounds);
    }
    end(id);
    return step.options().mayComeLater() && step.pages().isEmpty()
        ? rounds.later(false, "nothing comes later: the target cannot restore lazily")
        : rounds;
  }

  /** For the dump, if one waits for its container to be frozen. */
  Optional<FrozenDump.Later> forDump(MigrationId migration, ContainerId id) {
    return isPrepared(migration, id)
        ? Optional.of((images, memory) -> feed(migration, id, images, memory))
        : Optional.empty();
  }

  /**
   * Starts one, in place of an earlier one of the container, and waits until the target has let it
   * in.
   *
   * @param sent what the target has of the memory
   * @return why that did not work, if so: then nothing is left of it
   */
  private Optional<String> prepare(
      MigrationId migration, ContainerId id, MemorySnapshot sent, PageTicket ticket) {
    end(id);
    Path directory = directory(migration, id);
    Optional<String> why;
    try {
      parts.core().basics().delete().delete(directory);
      Files.createDirectories(directory);
      sent.save(FeedFiles.hashes(directory));
      FeedFiles.configure(directory, ticket, parts.effort().threads());
      why = start(directory);
    } catch (IOException | RuntimeException e) {
      why = Optional.of(e.getMessage());
    }
    if (why.isPresent()) {
      LOG.warn("container {} is not brought page by page: {}", id, why.get());
      end(id);
      parts.core().basics().delete().delete(directory);
    }
    return why;
  }

  private Optional<String> start(Path directory) {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", JavaPrograms.IN_BACKGROUND));
    argv.add(directory.resolve(PID).toString());
    argv.addAll(List.of("nice", "-n", Integer.toString(parts.effort().nice())));
    argv.addAll(
        JavaPrograms.command(PageFeedProgram.class, HEAP_MIB, List.of(directory.toString())));
    Outcome outcome =
        parts
            .core()
            .basics()
            .runner()
            .run(
                Command.of(START_LIMIT, argv)
                    .surviving(directory.resolve("feed"))
                    .withEnv(parts.faults().environment()));
    if (!outcome.ok()) {
      return Optional.of("its program cannot be started: " + outcome);
    }
    return await(directory, FeedFiles::isConnected, START_LIMIT)
        ? Optional.empty()
        : Optional.of("the target's page server cannot be reached from here");
  }

  /** Whether it has got so far within the limit, and has not ended before. */
  private boolean await(Path directory, Predicate<Path> reached, Duration limit) {
    boolean over =
        parts
            .core()
            .basics()
            .watch()
            .await(
                directory,
                () -> reached.test(directory) || PidFile.hasEnded(directory.resolve(PID)),
                limit);
    return over && reached.test(directory);
  }

  /** Whether one waits for its container to be frozen, and the target has let it in. */
  private boolean isPrepared(MigrationId migration, ContainerId id) {
    Path directory = directory(migration, id);
    return FeedFiles.isConnected(directory) && process(directory).isPresent();
  }

  /**
   * Lets it bring what the images have left for later.
   *
   * @throws IOException when it does not get to it: then all has to be sent before
   */
  private void feed(MigrationId migration, ContainerId id, Path images, FrozenMemory memory)
      throws IOException {
    Path directory = directory(migration, id);
    FeedFiles.go(directory, images, memory.ids());
    if (!await(directory, FeedFiles::isOpen, OPEN_LIMIT)) {
      throw new IOException("the page feed does not get ready");
    }
    try {
      // All of it at once: whoever finds it counts on what it says.
      Path later = ImageChain.later(images);
      ProgramFiles.publish(
          later.getParent(),
          later.getFileName().toString(),
          Long.toString(FeedFiles.laterBytes(images)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Ends all of a container; returns when none reads its memory any more. */
  void end(ContainerId id) {
    Path dumps = parts.paths().dumps(id);
    if (!Files.isDirectory(dumps)) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(dumps, BEGINNING + "*")) {
      for (Path directory : all) {
        PidFile.kill(directory.resolve(PID), List.of(directory.toString()), END_LIMIT);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + dumps, e);
    }
  }

  /** How much images that were dumped leave for later; -1 when all of it goes before. */
  static long laterBytes(Path images) {
    try {
      return ImageChain.isForLater(images)
          ? Long.parseLong(Files.readString(ImageChain.later(images)).strip())
          : -1;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + images, e);
    }
  }

  private static Optional<ProcessHandle> process(Path directory) {
    return PidFile.process(directory.resolve(PID), List.of(directory.toString()));
  }

  private Path directory(MigrationId migration, ContainerId id) {
    return parts.paths().dumps(id).resolve(BEGINNING + migration.value());
  }
}
