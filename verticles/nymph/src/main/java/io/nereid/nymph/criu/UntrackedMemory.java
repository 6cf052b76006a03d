package io.nereid.nymph.criu;

import io.nereid.nymph.fs.DurableFile;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has CRIU make an incremental dump on a kernel that does not track written pages. There no page
 * ever looks written, so CRIU finds all memory "in the parent images" and neither reads nor writes
 * any of it: just what a dump needs whose memory is found by us. But CRIU refuses incremental dumps
 * on such kernels, by what it has noted about the kernel in {@code /run/criu.kdat}. Runs that are
 * to leave the memory out see a copy of these notes, in their own mount namespace, that says
 * otherwise.
 *
 * <p>Where the kernel does track, or a CRIU with other notes does not believe the copy, this is not
 * used: {@link #prepare} asks CRIU itself. Source of the place in the notes: CRIU, {@code struct
 * kerndat_s} in criu/include/kerndat.h, unchanged since 3.0.
 */
final class UntrackedMemory {
  private static final Logger LOG = LoggerFactory.getLogger(UntrackedMemory.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int NOTES_BYTES_MAX = 64 * 1024;

  /** After two magic numbers, a device, the last capability and the frame of the zero page. */
  private static final int HAS_DIRTY_TRACK = 32;

  private static final List<String> QUESTION =
      List.of("criu", "check", "--feature", "mem_dirty_track");
  private static final String COPY_NOTES = "cp /run/criu.kdat \"$0\"";
  private static final String BELIEVE =
      "touch /run/criu.kdat && mount --bind \"$0\" /run/criu.kdat && exec \"$@\"";

  private UntrackedMemory() {}

  /**
   * What to add to the wrapper of a run that is to believe so; empty where that is of no use.
   * Blocks for three short runs of CRIU.
   *
   * @param apart wrapper that gives a run a mount namespace of its own
   */
  static Optional<List<String>> prepare(Path directory, List<String> apart, ProcessRunner runner)
      throws IOException {
    Path notes = directory.resolve("notes.kdat");
    Files.deleteIfExists(notes);
    if (run(runner, apart, QUESTION).ok()) {
      LOG.info("the kernel tracks written pages: dumps without memory pass them through pipes");
      return Optional.empty();
    }
    run(runner, apart, List.of("sh", "-c", COPY_NOTES, notes.toString()));
    if (!Files.isRegularFile(notes) || Files.size(notes) > NOTES_BYTES_MAX) {
      return Optional.empty();
    }
    byte[] content = Files.readAllBytes(notes);
    if (content.length <= HAS_DIRTY_TRACK || content[HAS_DIRTY_TRACK] != 0) {
      return Optional.empty();
    }
    content[HAS_DIRTY_TRACK] = 1;
    DurableFile.write(notes, content);
    List<String> believe = List.of("sh", "-c", BELIEVE, notes.toString());
    List<String> words = new ArrayList<>(apart);
    words.addAll(believe);
    return run(runner, words, QUESTION).ok() ? Optional.of(believe) : Optional.empty();
  }

  private static Outcome run(ProcessRunner runner, List<String> wrapper, List<String> argv) {
    List<String> all = new ArrayList<>(wrapper);
    all.addAll(argv);
    return runner.run(Command.of(LIMIT, all));
  }
}
