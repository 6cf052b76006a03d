package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "kill",
    description = "Send a signal to the first process of containers.",
    sortOptions = false)
final class KillCommand extends ActionCommand {
  @Option(
      names = {"-s", "--signal"},
      paramLabel = "SIGNAL",
      defaultValue = "KILL",
      description = "For example HUP, USR1 or 9. Default: KILL.")
  private String signal;

  KillCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc act(GatewayClient client, String path) {
    return client.post(path + "/kill", Map.of("signal", signal));
  }

  @Override
  String done() {
    return "got the signal " + signal;
  }
}
