package io.nereid.nymph.criu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is held at a gate goes on only when it is opened. */
class GateTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  @TempDir Path dir;
  private final SystemProcessRunner runner = SystemProcessRunner.ofThisHost();
  private DirectoryWatch watch;
  private Gate gate;
  private Path search;

  @BeforeEach
  void makeGate() throws IOException {
    watch = DirectoryWatch.open(dir);
    Gate.writeScripts(dir.resolve("programs"));
    search = Files.createDirectory(dir.resolve("bin"));
    Path criu = search.resolve("criu");
    Files.writeString(
        criu, "#!/bin/sh\necho \"$@${CRIU_CONFIG_FILE+ by $CRIU_CONFIG_FILE}\"\ntar --gzip x\n");
    assertThat(criu.toFile().setExecutable(true)).isTrue();
    Path tar = search.resolve("tar");
    Files.writeString(tar, "#!/bin/sh\necho tar \"$@\"\n");
    assertThat(tar.toFile().setExecutable(true)).isTrue();
    gate = Gate.make(dir.resolve("gate"), dir.resolve("programs"), runner);
  }

  @AfterEach
  void close() {
    gate.close();
    watch.close();
  }

  private CompletableFuture<Outcome> run(String... words) {
    List<String> argv = new ArrayList<>(List.of("env"));
    argv.addAll(gate.environment(search + ":/usr/bin:/bin"));
    argv.add("criu");
    argv.addAll(List.of(words));
    CompletableFuture<Outcome> end = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> end.complete(runner.run(Command.of(LIMIT, argv))));
    return end;
  }

  private boolean held(CompletableFuture<Outcome> run) {
    return gate.awaitHeld(watch, run::isDone, LIMIT);
  }

  @Test
  void itLetsThroughWhoeverItHoldsWhenItIsOpened() {
    CompletableFuture<Outcome> work = run("swrk", "3");
    assertThat(held(work)).isTrue();
    assertThat(work).isNotDone();
    gate.open(false);
    assertThat(((Outcome.Exited) work.join()).stdout()).isEqualTo("swrk 3\ntar --gzip x\n");
    assertThat(((Outcome.Exited) run("swrk", "3").join()).code()).as("it stays open").isZero();
  }

  @Test
  void whatItIsOpenedWithHoldsForAllWhoPass() {
    CompletableFuture<Outcome> work = run("swrk", "3");
    assertThat(held(work)).isTrue();
    gate.openWith(Path.of("/some where/criu.conf"), true);
    String with = "swrk 3 by /some where/criu.conf\ntar x\n";
    assertThat(((Outcome.Exited) work.join()).stdout()).isEqualTo(with);
    assertThat(((Outcome.Exited) run("swrk", "3").join()).stdout()).isEqualTo(with);
  }

  @Test
  void tarMayBePlainUnderTheSameSettings() {
    CompletableFuture<Outcome> work = run("swrk", "3");
    assertThat(held(work)).isTrue();
    gate.open(true);
    assertThat(((Outcome.Exited) work.join()).stdout()).isEqualTo("swrk 3\ntar x\n");
  }

  @Test
  void whoeverItHoldsEndsInVainWhenItIsClosed() {
    CompletableFuture<Outcome> work = run("swrk", "3");
    assertThat(held(work)).isTrue();
    gate.close();
    assertThat(((Outcome.Exited) work.join()).code()).isNotZero();
    assertThat(((Outcome.Exited) work.join()).stdout()).isEmpty();
  }

  @Test
  void whoeverComesAfterItsClosingEndsInVain() {
    gate.close();
    assertThat(((Outcome.Exited) run("swrk", "3").join()).code()).isNotZero();
  }

  @Test
  void aQuestionForTheVersionPasses() {
    Outcome.Exited passed = (Outcome.Exited) run("swrk", "8").join();
    assertThat(passed.stdout()).isEqualTo("swrk 8\ntar --gzip x\n");
    assertThat(gate.holds()).isFalse();
  }
}
