package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.render.ContainerText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description = {
      "Make a container of an OCI bundle and start it.",
      "The bundle (a directory with config.json and a root file system) is copied, never changed."
    },
    sortOptions = false)
final class RunCommand extends ClientCommand {
  @Spec private CommandSpec spec;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Unique in the cluster. Default: made of the bundle's name.")
  private String name;

  @Option(
      names = "--network",
      paramLabel = "MODE",
      description = {
        "bridge (default): an address of its own that moves along;",
        "host: the host's network, connections do not move; none."
      })
  private String network;

  @Option(
      names = "--ip",
      paramLabel = "ADDRESS",
      description = "IPv4 address in the cluster's network. Default: the next free one.")
  private String address;

  @Option(
      names = "--on",
      paramLabel = "HOST",
      description = "Where; the bundle must be there. Default: the host of the daemon.")
  private String host;

  @Option(
      names = {"-v", "--volume"},
      paramLabel = "NAME:/PATH[:ro]",
      description = "A volume (see 'nereid volumes') and where the container sees it; repeatable.")
  private List<String> volumes = List.of();

  @Mixin private ProtectOptions protect = new ProtectOptions();

  @Option(names = "--no-start", description = "Make it only.")
  private boolean noStart;

  @Parameters(paramLabel = "BUNDLE", description = "Path of the bundle.")
  private Path bundle;

  RunCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("bundle", shell().directory().resolve(bundle).normalize().toString());
    putIfGiven(body, "name", name);
    putIfGiven(body, "network", network);
    putIfGiven(body, "address", address);
    putIfGiven(body, "node", host);
    if (!volumes.isEmpty()) {
      body.put("volumes", mounts());
    }
    if (noStart) {
      body.put("start", false);
    }
    Map<String, Object> wish = protect.given();
    if (!wish.isEmpty()) {
      body.put("protect", wish);
    }
    Doc location = client().post("/v1/containers", body);
    show(location, ContainerText.oneLine(location));
    return 0;
  }

  private List<Map<String, Object>> mounts() {
    try {
      return volumes.stream().map(VolumeOption::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static void putIfGiven(Map<String, Object> body, String key, String value) {
    if (value != null) {
      body.put(key, value);
    }
  }
}
