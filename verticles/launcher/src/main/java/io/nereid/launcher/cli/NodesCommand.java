package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.NodeText;
import picocli.CommandLine.Command;

@Command(name = "nodes", description = "List the hosts of the cluster.", sortOptions = false)
final class NodesCommand extends ListingCommand {
  NodesCommand(Shell shell) {
    super(shell);
  }

  @Override
  Doc fetch(GatewayClient client) {
    return client.get("/v1/nodes");
  }

  @Override
  String render(Doc doc) {
    return NodeText.table(doc.at("nodes").items(), shell().clock().instant());
  }
}
