package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.VolumeText;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "volumes",
    description = "List volumes, or make, look at or delete some.",
    synopsisSubcommandLabel = "[ls|create|inspect|rm]",
    commandListHeading = "%nBesides listing:%n",
    sortOptions = false)
class VolumesCommand extends ListingCommand {
  private VolumesCommand(Shell shell) {
    super(shell);
  }

  static CommandLine of(Shell shell) {
    return new CommandLine(new VolumesCommand(shell))
        .addSubcommand(new Listed(shell))
        .addSubcommand(new VolumesCreateCommand(shell))
        .addSubcommand(new VolumesInspectCommand(shell))
        .addSubcommand(new VolumesRmCommand(shell));
  }

  @Command(name = "ls", description = "List them.", sortOptions = false)
  private static final class Listed extends VolumesCommand {
    Listed(Shell shell) {
      super(shell);
    }
  }

  @Override
  Doc fetch(GatewayClient client) {
    return client.get("/v1/volumes");
  }

  @Override
  String render(Doc doc) {
    return VolumeText.table(doc.at("volumes").items(), shell().clock().instant());
  }
}
