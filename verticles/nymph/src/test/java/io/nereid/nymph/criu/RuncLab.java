package io.nereid.nymph.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.RandomHex;
import io.nereid.explain.Cause;
import io.nereid.explain.Causes;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.MountTable;
import io.nereid.nymph.fs.Mounts;
import io.nereid.nymph.runtime.Runc;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProgramEnvironment;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Containers by runc alone, dumped and restored in ways in which Nereid never would. */
final class RuncLab implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Standard output of what goes into the background is a pipe, as CRIU needs it. */
  private static final String DETACH =
      "out=$1; shift; { { \"$@\" </dev/null 2>&1; echo $? >\"$out.code\"; } | cat >\"$out\"; }"
          + " >/dev/null 2>&1 &";

  final Path dir;
  final SystemProcessRunner runner = SystemProcessRunner.ofThisHost();
  private final DirectoryWatch watch;
  private final Runc runc;
  private final CriuSetting setting;
  private final Checkpointer checkpointer;
  private int runs;

  RuncLab(Path dir) {
    this.dir = dir;
    HostPaths paths =
        new HostPaths(
            new NodeId("lab" + RandomHex.ofBytes(3)),
            dir.resolve("data"),
            dir.resolve("run"),
            dir.resolve("dumps"));
    this.watch = DirectoryWatch.open(dir);
    this.runc = new Runc(runner, paths);
    this.setting = CriuSetting.prepare(paths, runner, ProgramEnvironment.from(System.getenv()));
    this.checkpointer = new Checkpointer(runner, runc, setting, watch, LIMIT);
  }

  /** One container; its bundle is in a directory of its own. */
  record Subject(ContainerId id, Path bundle) {
    Path file(String inside) {
      return bundle.resolve("rootfs").resolve(inside);
    }

    Path images() {
      return bundle.resolve("images");
    }
  }

  Subject make(String script, Consumer<ObjectNode> change) throws IOException {
    ContainerId id = ContainerId.random();
    Path bundle = BusyboxBundle.make(dir.resolve(id.value()), script, change);
    return new Subject(id, bundle);
  }

  /** Starts one with pipes as its streams. */
  Subject start(String script, Consumer<ObjectNode> change) throws IOException {
    Subject subject = make(script, change);
    Outcome outcome = start(subject);
    if (!outcome.ok()) {
      throw new IllegalStateException(outcome.toString());
    }
    return subject;
  }

  Subject start(String script) throws IOException {
    return start(script, config -> {});
  }

  Outcome start(Subject subject) {
    return detached(
        runc.argv("run", "--detach", "--bundle", subject.bundle() + "", subject.id().value()));
  }

  /** The same with a file of the host as a further descriptor. */
  Outcome startWith(Subject subject, Path file) {
    List<String> argv = new ArrayList<>();
    argv.addAll(List.of("sh", "-c", "exec 3<\"$0\"; exec \"$@\"", file + ""));
    argv.addAll(runc.argv("run", "--detach", "--preserve-fds", "1"));
    argv.addAll(List.of("--bundle", subject.bundle() + "", subject.id().value()));
    return detached(argv);
  }

  int pid(Subject subject) {
    return runc.state(subject.id()).orElseThrow().pid();
  }

  /** Runs a program in a container's namespace from outside. */
  void enter(Subject subject, String namespace, String... argv) {
    List<String> words = new ArrayList<>(List.of("nsenter", "-t", pid(subject) + "", namespace));
    words.addAll(List.of(argv));
    expect(words.toArray(String[]::new));
  }

  void expect(String... argv) {
    Outcome outcome = runner.run(Command.of(LIMIT, argv));
    if (!outcome.ok()) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  /** What a checkpoint that fails is reported as. */
  Failure dumpFails(Subject subject, String... options) throws IOException {
    return dumpFails(List.of(), subject, subject.images(), options);
  }

  Failure dumpFails(List<String> before, Subject subject, Path images, String... options)
      throws IOException {
    Path work = dir.resolve("work-" + ++runs);
    Outcome outcome = dump(before, subject, images, work, options);
    if (outcome.ok()) {
      throw new AssertionError("the checkpoint succeeded: " + outcome);
    }
    return checkpointer
        .explain("checkpoint", outcome, work.resolve("dump.log"), subject.id())
        .failure();
  }

  /** A checkpoint that succeeds and ends the container, unless told otherwise. */
  void dump(Subject subject, String... options) throws IOException {
    Outcome outcome =
        dump(List.of(), subject, subject.images(), dir.resolve("work-" + ++runs), options);
    if (!outcome.ok()) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  private Outcome dump(
      List<String> before, Subject subject, Path images, Path work, String... options)
      throws IOException {
    Files.createDirectories(images);
    Files.createDirectories(work);
    List<String> argv = new ArrayList<>(setting.wrapper());
    argv.addAll(before);
    argv.addAll(runc.argv("checkpoint"));
    argv.addAll(List.of("--image-path", images + "", "--work-path", work + ""));
    argv.addAll(List.of(options));
    argv.add(subject.id().value());
    return runner.run(Command.of(LIMIT, argv));
  }

  /** What a restore that fails is reported as. */
  Failure restoreFails(Subject subject, String... options) throws IOException {
    return restoreFails(subject, subject.id(), options);
  }

  /** The same under another id, as a second copy. */
  Failure restoreFails(Subject subject, ContainerId id, String... options) throws IOException {
    Path work = Files.createDirectories(dir.resolve("work-" + ++runs));
    List<String> argv = new ArrayList<>(setting.wrapper());
    argv.addAll(runc.argv("restore", "--detach", "--bundle", subject.bundle() + ""));
    argv.addAll(List.of("--image-path", subject.images() + "", "--work-path", work + ""));
    argv.addAll(List.of(options));
    argv.add(id.value());
    Outcome outcome = detached(argv);
    if (outcome.ok()) {
      throw new AssertionError("the restore succeeded");
    }
    return checkpointer.explain("restore", outcome, work.resolve("restore.log"), id).failure();
  }

  private Outcome detached(List<String> argv) {
    Path out = dir.resolve("out-" + ++runs);
    Path code = dir.resolve(out.getFileName() + ".code");
    List<String> words = new ArrayList<>(List.of("sh", "-c", DETACH, "sh", out + ""));
    words.addAll(argv);
    expect(words.toArray(String[]::new));
    await().atMost(LIMIT).until(() -> Files.exists(code) && !Files.readString(code).isBlank());
    try {
      int ended = Integer.parseInt(Files.readString(code).strip());
      return new Outcome.Exited(argv, ended, "", Files.readString(out), Duration.ZERO);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A directory for PATH that has nothing but runc, CRIU and what CRIU's wrapper needs. */
  String onlyCriu() throws IOException {
    Path bin = Files.createDirectories(dir.resolve("bin"));
    ProgramEnvironment programs = ProgramEnvironment.from(System.getenv());
    for (String program : List.of("runc", "criu", "sh", "unshare")) {
      Files.createSymbolicLink(bin.resolve(program), programs.find(program).orElseThrow());
    }
    return bin.toString();
  }

  /** Copies a program of the host with its libraries; false when there is none. */
  boolean bring(Subject subject, Path program) throws IOException {
    if (!Files.isExecutable(program)) {
      return false;
    }
    List<Path> files = new ArrayList<>(List.of(program));
    Outcome libraries = runner.run(Command.of(LIMIT, "ldd", program.toString()));
    if (!(libraries instanceof Outcome.Exited listed) || listed.code() != 0) {
      return false;
    }
    for (String word : listed.stdout().split("\\s+")) {
      if (word.startsWith("/")) {
        files.add(Path.of(word));
      }
    }
    for (Path file : files) {
      boolean library = !file.equals(program);
      Path target =
          subject.file(library ? file.toString().substring(1) : "bin/" + file.getFileName());
      Files.createDirectories(target.getParent());
      Files.copy(file.toRealPath(), target);
    }
    return true;
  }

  /** The failure names a cause of the table, its remedy and where there is more. */
  static void assertCause(Failure failure, String id) {
    assertThat(failure.evidence()).as(failure.toString()).contains("cause: " + id);
    Cause cause = Causes.of(id).orElseThrow();
    assertThat(failure.remedy()).isEqualTo(cause.remedy() + " (" + cause.link() + ")");
  }

  /** Removes all containers and what is mounted. */
  @Override
  public void close() throws IOException {
    watch.close();
    runc.list().forEach(state -> expect(words("delete", "--force", state.id())));
    new Mounts(runner).unmountBelow(dir.toRealPath());
    if (!MountTable.read().below(dir.toRealPath()).isEmpty()) {
      throw new AssertionError("still mounted: " + MountTable.read().below(dir.toRealPath()));
    }
  }

  String[] words(String... words) {
    return runc.argv(words).toArray(String[]::new);
  }
}
