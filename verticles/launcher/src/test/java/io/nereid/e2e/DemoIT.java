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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nereid demo} as people and programs start it. */
@RequiresRuntime
class DemoIT {
  private static final Pattern PREFIX = Pattern.compile("nrd-[0-9a-f]{6}");
  private final SystemProcessRunner runner = SystemProcessRunner.ofThisHost();
  private final JavaProgram java = JavaProgram.of(Path.of("target", "nereid.jar"));
  @TempDir private Path directory;

  @Test
  void theReportIsTheOnlyThingOnStandardOutputAndNothingIsLeft() throws IOException {
    Outcome outcome =
        runner.run(
            Command.of(
                Duration.ofSeconds(120),
                demo("redis", "--memory", "16m", "--moves", "2", "-o", "json")));
    assertThat(outcome).isInstanceOf(Outcome.Exited.class);
    Outcome.Exited exited = (Outcome.Exited) outcome;
    assertThat(exited.code()).as(exited.stderr() + exited.stdout()).isZero();
    JsonNode report = new ObjectMapper().readTree(exited.stdout());
    assertThat(report.path("ok").asBoolean()).isTrue();
    assertThat(report.path("hosts").asInt()).isEqualTo(3);
    assertThat(report.path("workload").asText()).isEqualTo("redis");
    assertThat(report.path("memory_bytes").asLong()).isGreaterThan(16 << 20);
    assertThat(report.path("moves")).hasSize(2);
    JsonNode last = report.path("moves").get(1);
    assertThat(last.path("from").asText() + last.path("to").asText()).isEqualTo("bc");
    assertThat(last.path("pause_ms").asLong()).isPositive();
    assertThat(last.path("client").path("reconnects").asInt(-1)).isZero();
    assertThat(Leftovers.of(new Names(prefix(exited.stderr())))).isEmpty();
  }

  @Test
  void anInterruptedDemoLeavesNothing() throws Exception {
    Process process =
        runner.launch(demo("counter", "--moves", "100"), Map.of(), Optional.empty(), false);
    Path said = directory.resolve("said");
    Thread.ofVirtual().start(() -> copy(process, said));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(said) && Files.readString(said).contains("a → b"));
    Names names = new Names(prefix(Files.readString(said)));
    assertThat(Leftovers.of(names)).isNotEmpty();
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
    assertThat(Leftovers.of(names)).isEmpty();
  }

  @Test
  void whatAKilledDemoLeavesCanBeTakenDown() throws Exception {
    Process process =
        runner.launch(demo("counter", "--moves", "100"), Map.of(), Optional.empty(), false);
    Path said = directory.resolve("said");
    Thread.ofVirtual().start(() -> copy(process, said));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(said) && Files.readString(said).contains("a → b"));
    Names names = new Names(prefix(Files.readString(said)));
    process.destroyForcibly();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(Leftovers.of(names)).isNotEmpty();
    Outcome down = runner.run(Command.of(Duration.ofSeconds(60), demo("--down", names.prefix())));
    assertThat(down.ok()).as("%s", down).isTrue();
    assertThat(Leftovers.of(names)).isEmpty();
  }

  private List<String> demo(String... words) {
    List<String> argv =
        new java.util.ArrayList<>(
            List.of(java.java().toString(), "-jar", java.jar().toString(), "demo"));
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
