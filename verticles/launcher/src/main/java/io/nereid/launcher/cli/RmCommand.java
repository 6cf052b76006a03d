package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "rm",
    description = "Remove containers with everything that they have written, but their volumes.",
    sortOptions = false)
final class RmCommand extends ActionCommand {
  @Option(
      names = {"-f", "--force"},
      description = "Kill those that run.")
  private boolean force;

  @Option(
      names = "--volumes",
      description = "Also their writable volumes; otherwise these stay for another container.")
  private boolean volumes;

  RmCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc act(GatewayClient client, String path) {
    List<String> query = new ArrayList<>();
    if (force) {
      query.add("force=true");
    }
    if (volumes) {
      query.add("volumes=true");
    }
    return client.delete(query.isEmpty() ? path : path + "?" + String.join("&", query));
  }

  @Override
  String done() {
    return "removed";
  }
}
