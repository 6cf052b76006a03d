package io.nereid.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before anything is made. */
class BenchPauseCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --memory     | 64x           | '64x' is no number of bytes: use for example 65536, 512k
          --memory     | 64m,100g      | --memory has 107374182400 but must be from 1048576 to
          --memory     | 64m,64m       | --memory names something twice
          --memory     | 1k            | --memory has 1024 but must be from 1048576 to
          --write-rate | fast          | 'fast' is no rate: use for example 0, 50m/s
          --write-rate | 50m/h         | '50m/h' is no rate: use for example 0, 50m/s
          --write-rate | 3g/s          | --write-rate has 3221225472 but must be from 0 to
          --link       | 1g            | '1g' is no link: use none, or 1mbit to 400gbit
          --link       | 0gbit         | '0gbit' is no link: use none, or 1mbit to 400gbit
          --link       | 401gbit       | '401gbit' is no link: use none, or 1mbit to 400gbit
          --systems    | nereid,docker | 'docker' is none of nereid, runc-copy, podman, criu-lazy
          --systems    | nereid,nereid | --systems names something twice
          --rounds     | 0             | --rounds has 0 but must be from 1 to 100
          --after      | 11m           | --after has 660 but must be from 0 to 600
          --after      | soon          | 'soon' is no length of time
          """)
  void anOptionThatIsWrongIsNamedWithItsRule(String option, String value, String said) {
    Cli.Result result = new Cli(Path.of("/nowhere")).run("bench", "pause", option, value);
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(said).contains("bench pause --help'");
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --memory  | 1k  | --memory has 1024 but must be from 1048576 to
          --changed | 101 | --changed has 101 but must be from 0 to 100
          --rounds  | 0   | --rounds has 0 but must be from 1 to 100
          """)
  void soItIsForSnapshots(String option, String value, String said) {
    Cli.Result result = new Cli(Path.of("/nowhere")).run("bench", "checkpoint", option, value);
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(said).contains("bench checkpoint --help'");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void itsHelpHasEveryOption() {
    Cli.Result result = new Cli(Path.of("/nowhere")).run("bench", "pause", "--help");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("--memory", "--write-rate", "--link", "--systems", "--rounds", "--svg", "-o");
  }

  @Test
  void whatToMeasureMustBeSaid() {
    Cli.Result result = new Cli(Path.of("/nowhere")).run("bench");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("transfer, pause, checkpoint or store");
  }
}
