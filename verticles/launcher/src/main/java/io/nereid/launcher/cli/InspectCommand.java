package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.InspectText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "inspect",
    description = "Show everything about containers: where they are, and what their host knows.",
    sortOptions = false)
final class InspectCommand extends ClientCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "CONTAINER",
      description = "Names, ids or beginnings of ids.")
  private List<String> containers = List.of();

  InspectCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    GatewayClient client = client();
    for (String container : containers) {
      Doc detail = client.get("/v1/containers/" + GatewayClient.segment(container));
      show(detail, InspectText.of(detail, shell().clock().instant()));
    }
    return 0;
  }
}
