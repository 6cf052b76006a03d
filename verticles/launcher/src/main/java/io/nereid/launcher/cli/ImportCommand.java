package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.SnapshotText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description = {
      "Read a checkpoint archive that 'export' has written; it becomes a snapshot.",
      "Every name in it is checked, and all content is compared with its digest."
    },
    sortOptions = false)
final class ImportCommand extends JobCommand {
  @Option(
      names = "--name",
      paramLabel = "LABEL",
      description = "What to call the snapshot. Default: as it was called.")
  private String label;

  @Option(
      names = "--on",
      paramLabel = "HOST",
      description = "Whose file system has the file. Default: the host of the daemon.")
  private String host;

  @Parameters(paramLabel = "FILE", description = "Path of the archive.")
  private Path file;

  ImportCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("file", shell().directory().resolve(file).normalize().toString());
    if (label != null) {
      body.put("label", label);
    }
    if (host != null) {
      body.put("node", host);
    }
    GatewayClient client = client();
    Doc snapshot = await(client, client.post("/v1/snapshots/import", body)).at("snapshot");
    show(snapshot, SnapshotText.taken(snapshot));
    return 0;
  }
}
