package io.nereid.launcher.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The script {@code nereid} is tested in its own language; this makes it a part of the build. */
class NereidScriptTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void everyBehaviourOfTheScriptIsAsItsOwnTestsSay() {
    String script =
        Path.of("src", "test", "sh", "nereid_script_test.sh").toAbsolutePath().toString();
    Outcome outcome = SystemProcessRunner.ofThisHost().run(Command.of(LIMIT, "sh", script));
    assertThat(outcome).isInstanceOf(Outcome.Exited.class);
    Outcome.Exited exited = (Outcome.Exited) outcome;
    assertThat(exited.stdout().lines().filter(line -> line.startsWith("not ok"))).isEmpty();
    assertThat(exited.stdout().lines().filter(line -> line.startsWith("ok ")))
        .hasSizeGreaterThan(20);
    assertThat(exited.code()).as(exited.stderr()).isZero();
  }
}
