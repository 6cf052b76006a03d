package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
    name = "start",
    description = "Start containers that were made or have stopped.",
    sortOptions = false)
final class StartCommand extends ActionCommand {
  StartCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc act(GatewayClient client, String path) {
    return client.post(path + "/start", Map.of());
  }

  @Override
  String done() {
    return "started";
  }
}
