package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(name = "unpause", description = "Let paused containers go on.", sortOptions = false)
final class UnpauseCommand extends ActionCommand {
  UnpauseCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc act(GatewayClient client, String path) {
    return client.post(path + "/unpause", Map.of());
  }

  @Override
  String done() {
    return "goes on";
  }
}
