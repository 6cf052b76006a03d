package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(name = "pause", description = "Freeze all processes of containers.", sortOptions = false)
final class PauseCommand extends ActionCommand {
  PauseCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc act(GatewayClient client, String path) {
    return client.post(path + "/pause", Map.of());
  }

  @Override
  String done() {
    return "paused";
  }
}
