package io.nereid.launcher.cli;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.Figures;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    description = {
      "Write a snapshot into a checkpoint archive, as 'podman container checkpoint --export' does.",
      "The end of the name says how it is compressed: .tar not, .tar.gz gzip, else zstd.",
      "Of a container, a snapshot is taken for it and deleted afterwards."
    },
    sortOptions = false)
final class ExportCommand extends JobCommand {
  @Option(
      names = {"-f", "--force"},
      description = "Replace the file when it exists.")
  private boolean force;

  @Option(
      names = "--on",
      paramLabel = "HOST",
      description = "Whose file system gets the file. Default: the host of the daemon.")
  private String host;

  @Parameters(
      index = "0",
      paramLabel = "SNAPSHOT|CONTAINER",
      description = "A snapshot's id or label, or a container.")
  private String what;

  @Parameters(index = "1", paramLabel = "FILE", description = "Path of the archive.")
  private Path file;

  ExportCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    GatewayClient client = client();
    String snapshot = snapshot(client);
    if (snapshot != null) {
      export(client, snapshot);
      return 0;
    }
    Doc taken =
        await(
            client,
            client.post("/v1/containers/" + GatewayClient.segment(what) + "/checkpoint", Map.of()));
    String id = taken.at("snapshot", "id").text();
    try {
      export(client, id);
    } finally {
      client.delete("/v1/snapshots/" + GatewayClient.segment(id));
    }
    return 0;
  }

  /** Its id, or null when there is no such snapshot. */
  private String snapshot(GatewayClient client) {
    try {
      Doc place = client.get("/v1/snapshots/" + GatewayClient.segment(what));
      return place.at("snapshot", "id").text();
    } catch (FailureException e) {
      if (e.failure().code() != FailureCode.NOT_FOUND) {
        throw e;
      }
      return null;
    }
  }

  private void export(GatewayClient client, String snapshot) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("file", shell().directory().resolve(file).normalize().toString());
    body.put("replace", force);
    if (host != null) {
      body.put("node", host);
    }
    Doc job =
        await(
            client,
            client.post("/v1/snapshots/" + GatewayClient.segment(snapshot) + "/export", body));
    show(job.at("snapshot"), Figures.clean(snapshot + " written to " + file) + "\n");
  }
}
