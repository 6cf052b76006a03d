package io.nereid.nymph.pages;

import io.nereid.bounded.BoundedMap;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.postcopy.ProgramFiles;
import io.nereid.nymph.postcopy.RemoteSupply;
import io.nereid.nymph.runtime.JavaPrograms;
import io.nereid.nymph.runtime.PidFile;
import io.nereid.nymph.runtime.RuntimeFailures;
import io.nereid.port.PageTicket;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lets a container be restored before its memory is in place: a page server and CRIU's lazy-pages
 * daemon beside it, both in the directory in which CRIU works for this restore. Both go on when the
 * nymph ends. Blocks.
 */
public final class LazyPages {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String SERVER_PID = "pages.pid";
  private static final String DAEMON_PID = "lazy-pages.pid";
  private static final String DAEMON_LOG = "lazy-pages.log";
  private static final int LOG_LINES_MAX = 10_000;

  /** Of every run of CRIU without CAP_SYS_RESOURCE. */
  private static final String HARMLESS = "RLIMIT_NOFILE";

  /** A constant; what varies is in its arguments. */
  private static final String IN_BACKGROUND =
      "ip link set dev lo up && " + JavaPrograms.IN_BACKGROUND;

  private static final int HEAP_MIB = 96;

  private static final int ENDS_MAX = 1_000;
  private final Map<Path, CompletableFuture<End>> ends = new BoundedMap<>(ENDS_MAX);
  private final Map<Path, PageCount> counts = new BoundedMap<>(ENDS_MAX);
  private final ProcessRunner runner;
  private final DirectoryWatch watch;
  private final List<String> wrapper;

  /**
   * Uses programs of this host.
   *
   * @param wrapper words before the command line of anything of CRIU
   */
  public LazyPages(ProcessRunner runner, DirectoryWatch watch, List<String> wrapper) {
    this.runner = runner;
    this.watch = watch;
    this.wrapper = List.copyOf(wrapper);
  }

  /**
   * Starts a page server that waits in the directory; it must exist and be new.
   *
   * @param reachedAt the address at which the source may bring pages later; absent when all will be
   *     here before
   */
  public void prepare(Path work, Optional<String> reachedAt) {
    List<String> argv = new ArrayList<>(List.of("unshare", "--net", "sh", "-c", IN_BACKGROUND));
    argv.add(work.resolve(SERVER_PID).toString());
    List<String> arguments = new ArrayList<>(List.of(work.toString()));
    reachedAt.ifPresent(address -> {
      arguments.add("/proc/" + ProcessHandle.current().pid() + "/ns/net");
      arguments.add(address);
    });
    argv.addAll(JavaPrograms.command(PageServerProgram.class, HEAP_MIB, arguments));
    Outcome outcome = runner.run(Command.of(LIMIT, argv).surviving(work.resolve("page-server")));
    if (!outcome.ok()) {
      throw RuntimeFailures.of(
          FailureCode.RUNTIME_FAILED, "starting a page server", outcome, "", List.of());
    }
  }

  /** Whether a page server waits there. */
  public boolean isPrepared(Path work) {
    return process(work.resolve(SERVER_PID), work).isPresent();
  }

  /** What the source needs to bring pages; waits until the page server listens for it. */
  public PageTicket ticket(Path work, String host) {
    Path ticket = work.resolve(RemoteSupply.TICKET);
    watch.await(
        work, () -> Files.exists(ticket) || PidFile.hasEnded(work.resolve(SERVER_PID)), LIMIT);
    try {
      List<String> lines = Files.readAllLines(ticket);
      return new PageTicket(host, Integer.parseInt(lines.get(0)), lines.get(1));
    } catch (IOException | RuntimeException e) {
      throw failed("the page server does not listen for the source", work);
    }
  }

  /** How far the bringing is that was begun as remote; known also when it has ended. */
  public Optional<PageCount> count(Path work) {
    synchronized (ends) {
      if (counts.containsKey(work)) {
        return Optional.of(counts.get(work));
      }
    }
    return read(work);
  }

  private static Optional<PageCount> read(Path work) {
    try {
      String[] words = Files.readString(work.resolve(RemoteSupply.PROGRESS)).strip().split(" ", -1);
      return Optional.of(
          new PageCount(
              Long.parseLong(words[0]),
              Long.parseLong(words[1]),
              Long.parseLong(words[2]),
              Long.parseLong(words[3])));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * Tells a waiting page server what it will be asked to open, as far as it is there already.
   *
   * @param content the oldest part of what {@link #begin} will be given
   */
  public void announce(Path work, List<Path> content) {
    ProgramFiles.publish(work, PageServerProgram.AHEAD, lines(content));
  }

  private static String lines(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining("\n"));
  }

  /**
   * The same as {@link #begin}, but the pages are still at the source; what was sent ahead and has
   * not changed is taken from here.
   */
  public void beginRemote(Path work, Path images, List<Path> ahead) {
    ProgramFiles.publish(work, PageServerProgram.REMOTE, images.toString());
    begin(work, images, ahead);
  }

  /**
   * Gets pages ready for a restore that begins now, with {@code --lazy-pages} and this work
   * directory.
   *
   * @param images of CRIU, whose page maps have left the pages out
   * @param content where the pages are, the newest first
   */
  public void begin(Path work, Path images, List<Path> content) {
    ProcessHandle server =
        process(work.resolve(SERVER_PID), work)
            .orElseThrow(() -> failed("the page server has ended", work));
    try {
      ProgramFiles.publish(work, PageServerProgram.IMAGES, lines(content));
      Path ready = work.resolve(PageServerProgram.READY);
      boolean begun = watch.await(work, () -> Files.exists(ready) || !server.isAlive(), LIMIT);
      if (!begun || !Files.exists(ready)) {
        throw failed("the page server does not get ready", work);
      }
      String port = Files.readString(work.resolve(PageServerProgram.PORT)).strip();
      startDaemon(work, images, server.pid(), Integer.parseInt(port));
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      throw failed("the page server cannot be talked to: " + e.getMessage(), work);
    }
  }

  private void startDaemon(Path work, Path images, long server, int port) {
    List<String> argv = new ArrayList<>(List.of("nsenter", "--net=/proc/" + server + "/ns/net"));
    argv.addAll(wrapper);
    argv.addAll(List.of("criu", "lazy-pages", "--daemon"));
    argv.addAll(List.of("--images-dir", images.toString(), "--work-dir", work.toString()));
    argv.addAll(List.of("--pidfile", work.resolve(DAEMON_PID).toString()));
    argv.addAll(List.of("--page-server", "--address", "127.0.0.1", "--port", port + ""));
    argv.addAll(List.of("--log-file", DAEMON_LOG, "-v1"));
    Outcome outcome = runner.run(Command.of(LIMIT, argv).surviving(work.resolve("lazy-pages")));
    if (!outcome.ok()) {
      throw RuntimeFailures.of(
          FailureCode.CRIU_FAILED, "starting criu lazy-pages", outcome, "", List.of());
    }
  }

  /** How the bringing of pages has ended. */
  public enum End {
    /** All pages are in place, or none were to be brought, or the container has ended. */
    COMPLETE,
    /** Somebody has killed one of the programs, or it has failed. */
    BROKEN,
    /** It goes on beyond the limit. */
    LATE
  }

  /**
   * Waits until all pages are in place. Whoever asks about the same directory gets the same answer,
   * also when it has been deleted meanwhile because all was well.
   */
  public End awaitEnd(Path work, Duration limit) {
    CompletableFuture<End> end;
    synchronized (ends) {
      end = ends.get(work);
      if (end == null) {
        if (!Files.exists(work.resolve(DAEMON_PID))) {
          return End.COMPLETE;
        }
        end = new CompletableFuture<>();
        ends.put(work, end);
        CompletableFuture<End> told = end;
        Thread.ofVirtual().name("pages-end").start(() -> told.complete(examineEnd(work)));
      }
    }
    return end.copy().completeOnTimeout(End.LATE, limit.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** Whether CRIU's daemon has begun to bring pages there. */
  public boolean hasBegun(Path work) {
    return Files.exists(work.resolve(DAEMON_PID));
  }

  private End examineEnd(Path work) {
    for (String pidFile : List.of(DAEMON_PID, SERVER_PID)) {
      process(work.resolve(pidFile), work).ifPresent(p -> p.onExit().join());
    }
    read(work)
        .ifPresent(count -> {
          synchronized (ends) {
            counts.put(work, count);
          }
        });
    return isComplete(work) ? End.COMPLETE : End.BROKEN;
  }

  // CRIU says that it has everything even when it gives up, so its log has to be looked at, too.
  private static boolean isComplete(Path work) {
    try (Stream<String> lines =
        Files.lines(work.resolve(DAEMON_LOG), StandardCharsets.ISO_8859_1)) {
      return Files.exists(work.resolve(PageServerProgram.DONE))
          && lines
              .limit(LOG_LINES_MAX)
              .filter(line -> line.contains("Error ("))
              .allMatch(line -> line.contains(HARMLESS));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /** Ends a page server that nobody needs; does nothing while a container gets pages from it. */
  public void discard(Path work) {
    if (process(work.resolve(DAEMON_PID), work).isPresent()) {
      return;
    }
    kill(work.resolve(SERVER_PID), work);
  }

  private static void kill(Path pidFile, Path work) {
    PidFile.kill(pidFile, List.of(work.toString()), LIMIT);
  }

  /** After a restore that failed: nothing runs that could need pages. */
  public void end(Path work) {
    kill(work.resolve(DAEMON_PID), work);
    kill(work.resolve(SERVER_PID), work);
  }

  private static Optional<ProcessHandle> process(Path pidFile, Path work) {
    return PidFile.process(pidFile, List.of(work.toString()));
  }

  private static FailureException failed(String what, Path work) {
    List<String> said = new ArrayList<>();
    try {
      said.addAll(RuntimeFailures.lastLines(Files.readString(work.resolve("page-server.err"))));
    } catch (IOException e) {
      said.add("it has left no words");
    }
    return new FailureException(
        new Failure(
            FailureCode.RUNTIME_FAILED,
            Certainty.RAN_AND_FAILED,
            what,
            "see the host's log",
            said));
  }
}
