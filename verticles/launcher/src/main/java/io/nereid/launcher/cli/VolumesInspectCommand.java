package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.VolumeText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "inspect",
    description = "Show everything about volumes, with what they take on the disk.",
    sortOptions = false)
final class VolumesInspectCommand extends ClientCommand {
  @Parameters(arity = "1..*", paramLabel = "NAME", description = "Which.")
  private List<String> names = List.of();

  VolumesInspectCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    GatewayClient client = client();
    for (String name : names) {
      Doc details = client.get("/v1/volumes/" + GatewayClient.segment(name));
      show(details, VolumeText.details(details.at("volumes").items(), shell().clock().instant()));
    }
    return 0;
  }
}
