package io.nereid.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the settings together: built-in defaults, files over them, the environment over those, and
 * the command line over everything. Reports every problem at once.
 */
public final class ConfigLoader {
  /** Settings that have an environment variable. */
  static final Map<String, String> ENVIRONMENT =
      Map.ofEntries(
          Map.entry("NEREID_RUN_DIR", "node.runDir"),
          Map.entry("LOG_LEVEL", "logging.level"),
          Map.entry("RPC_IP", "gateway.host"),
          Map.entry("RPC_PORT", "gateway.port"),
          Map.entry("DUMP_PATH", "criu.dumpPath"),
          Map.entry("FILE_TRANSFER_PORT", "transfer.port"),
          Map.entry("SSH_USER", "transfer.sshUser"),
          Map.entry("SSH_PASSWORD", "transfer.sshPassword"),
          Map.entry("CRIU_TCP_ESTABLISHED", "criu.tcpEstablished"),
          Map.entry("PING_INTERVAL", "recovery.pingInterval"),
          Map.entry("PING_TIMEOUT", "recovery.pingTimeout"),
          Map.entry("PING_TIMEOUT_SOURCE", "recovery.pingTimeoutSource"),
          // Spelled so in the program that it comes from.
          Map.entry("ENABLE_CONTINOUS_DUMPING", "snapshots.continuous"),
          Map.entry("DUMP_INTERVAL", "snapshots.intervalSeconds"),
          Map.entry("CHAIN_LENGTH", "snapshots.chainLength"));

  private final HostFacts host;

  public ConfigLoader(HostFacts host) {
    this.host = host;
  }

  /**
   * A setting given on the command line.
   *
   * @param key for example transfer.port
   * @param option as the person wrote it, for messages
   */
  public record Chosen(String key, String value, String option) {}

  /**
   * The checked configuration.
   *
   * @param source a file, or a directory of *.yaml files; absent: defaults
   * @throws ConfigInvalidException with all problems
   */
  public NereidConfig load(
      Optional<Path> source, Map<String, String> environment, List<Chosen> overrides) {
    List<ConfigProblem> problems = new ArrayList<>();
    SettingReader settings = gather(source, environment, overrides, problems);
    NereidConfig config = NereidConfig.from(settings);
    settings.reportUnknown();
    if (!problems.isEmpty()) {
      throw new ConfigInvalidException(problems);
    }
    return config;
  }

  /** FILE_TRANSFER_PORT is the port of whatever files are transferred by. */
  private static String meant(String key, Map<String, RawSetting> raw) {
    RawSetting transport = raw.get(SshConfig.TRANSPORT);
    boolean ssh = transport != null && transport.values().equals(List.of(SshConfig.SSH));
    return ssh && key.equals("transfer.port") ? SshConfig.PORT : key;
  }

  SettingReader gather(
      Optional<Path> source,
      Map<String, String> environment,
      List<Chosen> overrides,
      List<ConfigProblem> problems) {
    Map<String, RawSetting> raw = new LinkedHashMap<>();
    source.ifPresent(path -> new YamlSettings(raw, problems).read(path));
    ENVIRONMENT.forEach((variable, key) -> {
      String value = environment.getOrDefault(variable, "");
      if (!value.isBlank()) {
        raw.put(meant(key, raw), RawSetting.of(value.strip(), "environment variable " + variable));
      }
    });
    for (Chosen override : overrides) {
      raw.put(override.key(), RawSetting.of(override.value(), override.option()));
    }
    return new SettingReader(raw, problems, host);
  }
}
