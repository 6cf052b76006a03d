package io.nereid.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nereid.config.ConfigLoader.Chosen;
import io.nereid.domain.failure.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final ConfigLoader LOADER = new ConfigLoader(Configs.HOST);
  @TempDir Path dir;

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverFiles() throws IOException {
    Files.writeString(dir.resolve("a.yaml"), "transfer: {port: 1, controlPort: 2, retryMs: 3}");
    NereidConfig config =
        LOADER.load(
            Optional.of(dir),
            Map.of("FILE_TRANSFER_PORT", "11", "RPC_PORT", "13"),
            List.of(new Chosen("transfer.port", "21", "--set transfer.port")));
    assertThat(config.transfer().port()).isEqualTo(21);
    assertThat(config.transfer().controlPort()).isEqualTo(2);
    assertThat(config.gateway().port()).isEqualTo(13);
  }

  @Test
  void everyVariableOfTheEnvironmentIsUnderstood() {
    NereidConfig config =
        LOADER.load(
            Optional.empty(),
            Map.of(
                "NEREID_RUN_DIR", "/r",
                "LOG_LEVEL", "debug",
                "RPC_IP", "127.0.0.1",
                "RPC_PORT", "4321",
                "DUMP_PATH", "/d",
                "FILE_TRANSFER_PORT", "22",
                "CRIU_TCP_ESTABLISHED", "T"),
            List.of());
    assertThat(config.node().runDir()).isEqualTo(Path.of("/r"));
    assertThat(config.logging().level()).isEqualTo("debug");
    assertThat(config.gateway().host()).isEqualTo("127.0.0.1");
    assertThat(config.gateway().port()).isEqualTo(4321);
    assertThat(config.criu().dumpPath()).isEqualTo(Path.of("/d"));
    assertThat(config.transfer().port()).isEqualTo(22);
    assertThat(config.criu().tcpEstablished()).isEqualTo(CriuConfig.TcpEstablished.TRUE);
  }

  @Test
  void anEmptyVariableIsAsGoodAsNone() {
    NereidConfig config =
        LOADER.load(
            Optional.empty(), Map.of("LOG_LEVEL", "", "CRIU_TCP_ESTABLISHED", " "), List.of());
    assertThat(config).isEqualTo(LOADER.load(Optional.empty(), Map.of(), List.of()));
  }

  @Test
  void allProblemsAreReportedAtOnceWithTheirPlaces() throws IOException {
    Files.writeString(dir.resolve("node.yaml"), "node:\n  nmae: a\n  stopGraceMs: soon\n");
    Files.writeString(dir.resolve("other.yaml"), "criu:\n  dumpPath: [a, b]\nmisc:\n  x: 1\n");
    ConfigInvalidException e =
        invalid(
            Optional.of(dir),
            Map.of("RPC_IP", "0.0.0.0"),
            List.of(new Chosen("transfer.prot", "1", "--set transfer.prot")));
    assertThat(e.problems().stream().map(ConfigProblem::toString))
        .containsExactlyInAnyOrder(
            dir + "/node.yaml:2: unknown setting 'node.nmae'; did you mean 'node.name'?",
            dir
                + "/node.yaml:3: node.stopGraceMs is 'soon' but must be a whole number from 0 to"
                + " 45000; leave it out for 10000",
            dir
                + "/other.yaml:2: criu.dumpPath is '[a, b]' but must be an absolute path, not a"
                + " list; leave it out for /dumps",
            dir + "/other.yaml:4: unknown setting 'misc.x'; conf/ has all settings",
            "environment variable RPC_IP: gateway.host is '0.0.0.0' but must be localhost, ::1 or"
                + " an address that begins with 127.: there is no authentication yet, so other"
                + " hosts are not let in; leave it out for localhost",
            "--set transfer.prot: unknown setting 'transfer.prot'; did you mean 'transfer.port'?");
    assertThat(e.asFailure().failure().code()).isEqualTo(FailureCode.CONFIG_INVALID);
    assertThat(e.asFailure().failure().evidence()).hasSize(6);
  }

  @Test
  void theSamePortTwiceIsRefused() {
    ConfigInvalidException e = invalid(Optional.empty(), Map.of("RPC_PORT", "5701"), List.of());
    assertThat(e.problems())
        .singleElement()
        .asString()
        .isEqualTo(
            "environment variable RPC_PORT: gateway.port and cluster.port are both 5701;"
                + " give each a port of its own");
  }

  @Test
  void aSettingInTwoFilesIsRefused() throws IOException {
    Files.writeString(dir.resolve("a.yaml"), "logging: {level: info}");
    Files.writeString(dir.resolve("b.yaml"), "logging: {level: warn}");
    assertThat(invalid(Optional.of(dir), Map.of(), List.of()).problems())
        .singleElement()
        .asString()
        .contains("logging.level is set twice, also at " + dir + "/a.yaml:1");
  }

  @Test
  void whatIsNotYamlOrNoFileIsNamed() throws IOException {
    Path broken = Files.writeString(dir.resolve("broken.yaml"), "node:\n  name: [a\n");
    assertThat(invalid(Optional.of(broken), Map.of(), List.of()).problems())
        .singleElement()
        .asString()
        .contains("broken.yaml:")
        .contains("is not valid YAML");
    Path list = Files.writeString(dir.resolve("list.yaml"), "- a\n");
    assertThat(invalid(Optional.of(list), Map.of(), List.of()).problems()).hasSize(1);
    assertThat(invalid(Optional.of(dir.resolve("none")), Map.of(), List.of()).problems())
        .singleElement()
        .asString()
        .contains("does not exist");
    Path empty = Files.createDirectory(dir.resolve("empty"));
    assertThat(invalid(Optional.of(empty), Map.of(), List.of()).problems())
        .singleElement()
        .asString()
        .contains("no *.yaml file");
    Path deep =
        Files.writeString(dir.resolve("deep.yaml"), "node: {name: {first: {x: 1}}, dataDir: /d}");
    assertThat(invalid(Optional.of(deep), Map.of(), List.of()).problems())
        .singleElement()
        .asString()
        .contains("node.name must be a plain value");
  }

  @Test
  void aHugeFileIsNotRead() throws IOException {
    Path huge = Files.writeString(dir.resolve("huge.yaml"), "#".repeat(300_000));
    assertThat(invalid(Optional.of(huge), Map.of(), List.of()).problems())
        .singleElement()
        .asString()
        .contains("is larger than");
  }

  @Test
  void periodicDumpsAreSetByTheVariablesThatTheyHaveAlwaysHad() {
    NereidConfig config =
        LOADER.load(
            Optional.empty(),
            Map.of("ENABLE_CONTINOUS_DUMPING", "true", "DUMP_INTERVAL", "7", "CHAIN_LENGTH", "4"),
            List.of());
    assertThat(config.snapshots().continuous()).isTrue();
    assertThat(config.snapshots().defaults().intervalMs()).contains(7_000L);
    assertThat(config.snapshots().defaults().chainLength()).isEqualTo(4);
    NereidConfig unset = LOADER.load(Optional.empty(), Map.of(), List.of());
    assertThat(unset.snapshots()).isEqualTo(SnapshotsConfig.DEFAULT);
  }

  private static ConfigInvalidException invalid(
      Optional<Path> source, Map<String, String> environment, List<Chosen> chosen) {
    return catchThrowableOfType(
        ConfigInvalidException.class, () -> LOADER.load(source, environment, chosen));
  }
}
