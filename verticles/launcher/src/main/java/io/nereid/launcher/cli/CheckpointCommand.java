package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.SnapshotText;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "checkpoint",
    description = {
      "Take a snapshot of a running container: memory, files, log, configuration.",
      "It runs on; it is frozen only while what has changed meanwhile is read."
    },
    sortOptions = false)
final class CheckpointCommand extends JobCommand {
  @Option(
      names = "--name",
      paramLabel = "LABEL",
      description = "What to call the snapshot; need not be unique.")
  private String label;

  @Parameters(paramLabel = "CONTAINER", description = "Name, id or beginning of an id.")
  private String container;

  CheckpointCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Doc snapshot = take(client(), container, label).at("snapshot");
    show(snapshot, SnapshotText.taken(snapshot));
    return 0;
  }

  private Doc take(GatewayClient client, String ref, String name) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (name != null) {
      body.put("label", name);
    }
    return await(
        client, client.post("/v1/containers/" + GatewayClient.segment(ref) + "/checkpoint", body));
  }
}
