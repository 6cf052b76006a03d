package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.ContainerText;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    description = {
      "Bring a snapshot up: as the container that it was, if that is gone, or as a new one.",
      "Its TCP connections are closed: their other ends have gone on without it."
    },
    sortOptions = false)
final class RestoreCommand extends JobCommand {
  @Option(
      names = "--on",
      paramLabel = "HOST",
      description = "Where. Default: the host that holds the snapshot.")
  private String host;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Make a new container of this name, with an id and an address of its own.")
  private String name;

  @Parameters(paramLabel = "SNAPSHOT", description = "Id, beginning of an id, or label.")
  private String snapshot;

  RestoreCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Map<String, Object> body = new LinkedHashMap<>();
    if (host != null) {
      body.put("node", host);
    }
    if (name != null) {
      body.put("name", name);
    }
    GatewayClient client = client();
    Doc job =
        await(
            client,
            client.post("/v1/snapshots/" + GatewayClient.segment(snapshot) + "/restore", body));
    Doc location = job.at("container");
    show(location, ContainerText.oneLine(location));
    return 0;
  }
}
