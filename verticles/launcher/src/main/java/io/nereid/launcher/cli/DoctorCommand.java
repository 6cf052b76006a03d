package io.nereid.launcher.cli;

import io.nereid.config.ConfigLoader;
import io.nereid.config.ConfigLoader.Chosen;
import io.nereid.config.HostFacts;
import io.nereid.config.NereidConfig;
import io.nereid.launcher.client.Json;
import io.nereid.launcher.render.DoctorText;
import io.nereid.nymph.probe.Doctor;
import io.nereid.nymph.probe.DoctorReport;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = {
      "Examine whether containers can run and move on this host; say what is missing and what to do.",
      "Needs no daemon and changes nothing. Exit code 0 only when the main job can run."
    },
    sortOptions = false)
final class DoctorCommand extends BaseCommand implements Callable<Integer> {
  private static final int NOT_ABLE = 1;

  private final Shell shell;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "F",
      description = "Settings as for 'up': a file, or a directory of *.yaml files.")
  private Path config;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where containers are going to be. Default: as 'up'.")
  private Path dataDir;

  @Mixin private OutputOption output;

  DoctorCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public boolean wantsJson() {
    return output.isJson();
  }

  @Override
  public Integer call() throws IOException {
    List<Chosen> chosen = new ArrayList<>();
    if (dataDir != null) {
      String absolute = shell.directory().resolve(dataDir).normalize().toString();
      chosen.add(new Chosen("node.dataDir", absolute, "--data-dir"));
    }
    NereidConfig settings =
        new ConfigLoader(HostFacts.ofThisMachine())
            .load(Optional.ofNullable(config), shell.environment(), chosen);
    DoctorReport report = new Doctor(Programs.runner(shell.environment())).examine(settings);
    if (wantsJson()) {
      shell.out().println(Json.text(Json.parse(WireCodec.encode(report)), true));
    } else {
      shell.out().print(DoctorText.of(report));
    }
    return report.ok() ? 0 : NOT_ABLE;
  }
}
