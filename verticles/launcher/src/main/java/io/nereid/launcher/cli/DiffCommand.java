package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.DiffText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    description = {
      "What differs between two snapshots: files of the writable layer, and memory of each process.",
      "A host must hold both; 'nereid copy' brings one to the other."
    },
    sortOptions = false)
final class DiffCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "A", description = "The earlier one: id or label.")
  private String from;

  @Parameters(index = "1", paramLabel = "B", description = "The later one.")
  private String to;

  DiffCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Doc diff =
        client()
            .get(
                "/v1/snapshots/"
                    + GatewayClient.segment(from)
                    + "/diff?to="
                    + GatewayClient.segment(to));
    show(diff, DiffText.of(diff));
    return 0;
  }
}
