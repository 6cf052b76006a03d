package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.ContainerText;
import io.nereid.launcher.render.Figures;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "rewind",
    description = {
      "Take a running container back to one of its snapshots, on the host where it is.",
      "Its present state is taken as snapshot 'before-rewind' first. Its TCP connections are closed."
    },
    sortOptions = false)
final class RewindCommand extends JobCommand {
  @Option(
      names = "--to",
      paramLabel = "SNAPSHOT",
      required = true,
      description = "Id, beginning of an id, or label.")
  private String to;

  @Option(
      names = "--no-snapshot",
      description = "Do not keep the snapshot of the present when all has gone well.")
  private boolean noSnapshot;

  @Parameters(paramLabel = "CONTAINER", description = "Name, id or beginning of an id.")
  private String container;

  RewindCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("to", to);
    body.put("keepPresent", !noSnapshot);
    GatewayClient client = client();
    Doc job =
        await(
            client,
            client.post("/v1/containers/" + GatewayClient.segment(container) + "/rewind", body));
    Doc location = job.at("container");
    String kept =
        noSnapshot
            ? ""
            : "what it was before is in snapshot "
                + Figures.clean(job.at("snapshot", "id").text())
                + "\n";
    show(location, ContainerText.oneLine(location) + kept);
    return 0;
  }
}
