package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "rm",
    description = "Remove containers with everything that they have written.",
    sortOptions = false)
final class RmCommand extends ActionCommand {
  @Option(
      names = {"-f", "--force"},
      description = "Kill those that run.")
  private boolean force;

  RmCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc act(GatewayClient client, String path) {
    return client.delete(force ? path + "?force=true" : path);
  }

  @Override
  String done() {
    return "removed";
  }
}
