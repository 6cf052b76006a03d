package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.ContainerText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "ps", description = "List the containers of the cluster.", sortOptions = false)
final class PsCommand extends ListingCommand {
  @Option(
      names = {"-a", "--all"},
      description = "Also those that do not run.")
  private boolean all;

  PsCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc fetch(GatewayClient client) {
    return client.get(all ? "/v1/containers?all=true" : "/v1/containers");
  }

  @Override
  String render(Doc doc) {
    return ContainerText.table(doc.at("containers").items(), shell().clock().instant());
  }
}
