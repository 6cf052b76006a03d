package io.nereid.launcher.cli;

import io.nereid.config.ConfigLoader;
import io.nereid.config.ConfigLoader.Chosen;
import io.nereid.config.HostFacts;
import io.nereid.config.NereidConfig;
import io.nereid.launcher.daemon.DaemonMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "up",
    description = {
      "Run the daemon of this host, in the foreground, until SIGTERM or SIGINT.",
      "Containers go on running without it and are taken up again when it comes back."
    },
    sortOptions = false,
    footer = {"", "The command line wins over the environment, that over the files: see conf/."})
final class UpCommand extends BaseCommand implements Callable<Integer> {
  private final Shell shell;
  @Spec private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "F",
      description = "Settings: a file, or a directory of *.yaml files.")
  private Path config;

  @Option(names = "--name", paramLabel = "NAME", description = "This host's name (node.name).")
  private String name;

  @Option(names = "--data-dir", paramLabel = "DIR", description = "node.dataDir")
  private String dataDir;

  @Option(names = "--run-dir", paramLabel = "DIR", description = "node.runDir")
  private String runDir;

  @Option(
      names = "--join",
      paramLabel = "HOST",
      description = "Other members, separated by commas (cluster.join).")
  private String join;

  @Option(
      names = "--cluster-host",
      paramLabel = "ADDRESS",
      description = "Address of this host for the others (cluster.host).")
  private String clusterHost;

  @Option(names = "--cluster-port", paramLabel = "PORT", description = "cluster.port")
  private String clusterPort;

  @Option(names = "--bus-port", paramLabel = "PORT", description = "cluster.busPort")
  private String busPort;

  @Option(names = "--transfer-port", paramLabel = "PORT", description = "transfer.port")
  private String transferPort;

  @Option(names = "--control-port", paramLabel = "PORT", description = "transfer.controlPort")
  private String controlPort;

  @Option(names = "--port", paramLabel = "PORT", description = "gateway.port; 0: no TCP listener")
  private String port;

  @Option(
      names = "--verticles",
      paramLabel = "LIST",
      description = "What to run, separated by commas (node.verticles).")
  private String verticles;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "What to say of this host, for example zone=a (node.labels). May be repeated.")
  private List<String> labels = List.of();

  @Option(names = "--log-level", paramLabel = "LEVEL", description = "logging.level")
  private String logLevel;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting, for example transfer.retryMs=20000. May be repeated.")
  private List<String> set = List.of();

  @Option(
      names = "--ready-file",
      paramLabel = "PATH",
      description = "Write this file when ready; remove it at the end.")
  private Path readyFile;

  UpCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws Exception {
    NereidConfig settings =
        new ConfigLoader(HostFacts.ofThisMachine())
            .load(Optional.ofNullable(config), shell.environment(), chosen());
    return DaemonMain.run(
        settings,
        shell.environment(),
        Optional.ofNullable(readyFile).map(shell.directory()::resolve));
  }

  private List<Chosen> chosen() {
    List<Chosen> all = new ArrayList<>();
    add(all, "node.name", "--name", name);
    add(all, "node.dataDir", "--data-dir", absolute(dataDir));
    add(all, "node.runDir", "--run-dir", absolute(runDir));
    add(all, "cluster.join", "--join", join);
    add(all, "cluster.host", "--cluster-host", clusterHost);
    add(all, "cluster.port", "--cluster-port", clusterPort);
    add(all, "cluster.busPort", "--bus-port", busPort);
    add(all, "transfer.port", "--transfer-port", transferPort);
    add(all, "transfer.controlPort", "--control-port", controlPort);
    add(all, "gateway.port", "--port", port);
    add(all, "node.verticles", "--verticles", verticles);
    add(all, "node.labels", "--label", labels.isEmpty() ? null : String.join(",", labels));
    add(all, "logging.level", "--log-level", logLevel);
    for (String pair : set) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        CommandLine line = spec.commandLine();
        throw new ParameterException(line, "--set " + pair + " is not of the form KEY=VALUE");
      }
      String key = pair.substring(0, equals);
      all.add(new Chosen(key, pair.substring(equals + 1), "--set " + key));
    }
    return all;
  }

  private static void add(List<Chosen> all, String key, String option, String value) {
    if (value != null) {
      all.add(new Chosen(key, value, option));
    }
  }

  // A path on the command line is relative to where the person is.
  private String absolute(String path) {
    return path == null ? null : shell.directory().resolve(path).normalize().toString();
  }
}
