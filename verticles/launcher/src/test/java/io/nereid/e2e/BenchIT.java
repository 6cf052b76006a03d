package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nereid.launcher.demo.playground.JavaProgram;
import io.nereid.launcher.demo.playground.Leftovers;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nereid bench} as people and programs start it. */
@RequiresRuntime
class BenchIT {
  private static final Pattern PREFIX = Pattern.compile("nrd-[0-9a-f]{6}");
  private static final Path PIPE_LIMIT = Path.of("/proc/sys/fs/pipe-max-size");
  private final SystemProcessRunner runner = SystemProcessRunner.ofThisHost();
  private final JavaProgram java = JavaProgram.of(Path.of("target", "nereid.jar"));
  @TempDir private Path directory;

  @Test
  void eachSystemIsMeasuredWithTheSameClientsAndNothingIsLostOrLeft() throws IOException {
    Outcome outcome =
        runner.run(
            Command.of(
                Duration.ofSeconds(300),
                bench(
                    "pause",
                    "--memory=24m",
                    "--write-rate=8m/s",
                    "--rounds=1",
                    "--after=1s",
                    "--link=1gbit",
                    "--systems=nereid,runc-copy",
                    "--svg=" + directory,
                    "-o",
                    "json")));
    assertThat(outcome).isInstanceOf(Outcome.Exited.class);
    Outcome.Exited exited = (Outcome.Exited) outcome;
    assertThat(exited.code()).as(exited.stderr() + exited.stdout()).isZero();
    JsonNode report = new ObjectMapper().readTree(exited.stdout());
    assertThat(report.at("/complete").asBoolean()).isTrue();
    assertThat(report.at("/rows")).hasSize(2);
    for (JsonNode row : report.at("/rows")) {
      assertThat(row.at("/rounds").asInt()).as("%s", row).isEqualTo(1);
      assertThat(row.at("/memory_bytes").asLong()).isEqualTo(24 << 20);
      assertThat(row.at("/write_rate_bytes_s").asLong()).isEqualTo(8 << 20);
      assertThat(row.at("/link_bits_s").asLong()).isEqualTo(1_000_000_000L);
      assertThat(row.at("/bytes_sent/median").asLong()).isGreaterThan(20 << 20);
      assertThat(row.at("/pause_ms/median").asLong()).isPositive();
      assertThat(row.at("/total_ms/median").asLong())
          .isGreaterThan(row.at("/pause_ms/median").asLong() / 2);
      assertThat(row.at("/lost").asInt(-1)).isZero();
      assertThat(row.at("/duplicated").asInt(-1)).isZero();
      assertThat(row.at("/reconnects").asInt(-1)).isZero();
    }
    assertThat(directory.resolve("pause-rewriting-8.0-mib-s-1-gbit-s.svg")).isRegularFile();
    assertThat(Leftovers.of(new Names(prefix(exited.stderr())))).isEmpty();
  }

  @Test
  void aSnapshotIsMeasuredBesideThatOfTheBareRuntimeAndNothingIsLostOrLeft() throws IOException {
    Outcome outcome =
        runner.run(
            Command.of(
                Duration.ofSeconds(300),
                bench("checkpoint", "--memory=16m", "--changed=10", "--rounds=1", "-o", "json")));
    assertThat(outcome).isInstanceOf(Outcome.Exited.class);
    Outcome.Exited exited = (Outcome.Exited) outcome;
    assertThat(exited.code()).as(exited.stderr() + exited.stdout()).isZero();
    JsonNode rows = new ObjectMapper().readTree(exited.stdout()).at("/rows");
    assertThat(rows).hasSize(2);
    for (JsonNode row : rows) {
      assertThat(row.at("/rounds").asInt()).as("%s", row).isEqualTo(1);
      assertThat(row.at("/silence_ms/median").asLong()).isPositive();
      assertThat(row.at("/took_ms/median").asLong()).isPositive();
      assertThat(row.at("/lost").asInt(-1)).isZero();
    }
    assertThat(rows.at("/0/frozen_ms/median").asLong()).isPositive();
    assertThat(rows.at("/0/new_bytes/median").asLong()).isLessThan(12 << 20);
    assertThat(rows.at("/1/new_bytes/median").asLong()).isGreaterThan(16 << 20);
    assertThat(Leftovers.of(new Names(prefix(exited.stderr())))).isEmpty();
  }

  @Test
  void anInterruptedBenchLeavesNothingAndSaysWhatItHas() throws Exception {
    String limit = pipeLimit();
    Process process =
        runner.launch(
            bench(
                "pause",
                "--memory=8m",
                "--write-rate=0",
                "--after=0s",
                "--systems=criu-lazy,runc-copy"),
            Map.of(),
            Optional.empty(),
            false);
    Path said = directory.resolve("said");
    Thread.ofVirtual().start(() -> copy(process, said));
    try {
      interrupt(process, said);
    } finally {
      process.destroyForcibly();
    }
    assertThat(pipeLimit()).isEqualTo(limit);
  }

  private static void interrupt(Process process, Path said) throws Exception {
    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> Files.exists(said) && Files.readString(said).contains("round 1 of 3"));
    Names names = new Names(prefix(Files.readString(said)));
    // By its handle: Process.destroy() would close the stream that is read afterwards.
    process.toHandle().destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("not all was measured that was asked for");
    assertThat(Leftovers.of(names)).isEmpty();
  }

  /** In one piece, because the kernel gives nothing more after the first read. */
  private static String pipeLimit() throws IOException {
    try (var in = Files.newInputStream(PIPE_LIMIT)) {
      byte[] text = new byte[64];
      return new String(text, 0, in.read(text), StandardCharsets.US_ASCII);
    }
  }

  private List<String> bench(String... words) {
    List<String> argv = new ArrayList<>(List.of(java.java().toString()));
    java.options().ifPresent(options -> argv.add("@" + options));
    argv.addAll(List.of("-jar", java.jar().toString(), "bench"));
    argv.addAll(List.of(words));
    return argv;
  }

  private static void copy(Process process, Path file) {
    try (var out = Files.newOutputStream(file)) {
      process.getErrorStream().transferTo(out);
    } catch (IOException e) {
      // The process was ended under us, which is the test.
      return;
    }
  }

  private static String prefix(String text) {
    Matcher matcher = PREFIX.matcher(text);
    assertThat(matcher.find()).as("a name in: %s", text).isTrue();
    return matcher.group();
  }
}
