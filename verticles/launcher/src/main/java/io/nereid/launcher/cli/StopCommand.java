package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "stop",
    description = "Ask containers to end; kill those that do not.",
    sortOptions = false)
final class StopCommand extends ActionCommand {
  @Option(
      names = {"-s", "--signal"},
      paramLabel = "SIGNAL",
      description = "Sent first. Default: TERM.")
  private String signal;

  @Option(
      names = {"-t", "--time"},
      paramLabel = "TIME",
      converter = Durations.class,
      description = "How long to wait before killing, for example 5s; at most 45s. Default: 10s.")
  private java.time.Duration time;

  StopCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc act(GatewayClient client, String path) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (signal != null) {
      body.put("signal", signal);
    }
    if (time != null) {
      body.put("graceMs", time.toMillis());
    }
    return client.post(path + "/stop", body);
  }

  @Override
  String done() {
    return "stopped";
  }
}
