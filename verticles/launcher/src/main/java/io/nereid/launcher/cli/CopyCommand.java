package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.Figures;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "copy",
    description = {
      "Have one more host hold a snapshot, with the layers that it needs.",
      "Only content that the host does not have yet is fetched, from any that hold it."
    },
    sortOptions = false)
final class CopyCommand extends JobCommand {
  @Option(
      names = "--to",
      paramLabel = "HOST",
      description = "Which. Default: the host of the daemon.")
  private String host;

  @Parameters(paramLabel = "SNAPSHOT", description = "Id, beginning of an id, or label.")
  private String snapshot;

  CopyCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Map<String, Object> body = new LinkedHashMap<>();
    if (host != null) {
      body.put("node", host);
    }
    GatewayClient client = client();
    Doc job =
        await(
            client,
            client.post("/v1/snapshots/" + GatewayClient.segment(snapshot) + "/copies", body));
    Doc copied = job.at("snapshot");
    show(
        copied,
        Figures.clean(copied.at("id").text())
            + " copied, "
            + Figures.bytes(copied.at("sizes", "unique").number(0))
            + " of "
            + Figures.bytes(copied.at("sizes", "total").number(0))
            + " were new there\n");
    return 0;
  }
}
