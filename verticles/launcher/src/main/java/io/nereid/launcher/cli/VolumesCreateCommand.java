package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.render.VolumeText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "create", description = "Make a volume.", sortOptions = false)
final class VolumesCreateCommand extends ClientCommand {
  @Option(
      names = "--on",
      paramLabel = "HOST",
      description = "Where. Default: the host of the daemon.")
  private String host;

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description = "A directory of that host whose content it gets.")
  private Path from;

  @Option(
      names = "--read-only",
      description = "Nobody may ever write to it; it is known by its content. Needs --from.")
  private boolean readOnly;

  @Parameters(paramLabel = "NAME", description = "Unique in the cluster.")
  private String name;

  VolumesCreateCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", name);
    if (host != null) {
      body.put("node", host);
    }
    if (from != null) {
      body.put("from", shell().directory().resolve(from).normalize().toString());
    }
    if (readOnly) {
      body.put("readOnly", true);
    }
    Doc place = client().post("/v1/volumes", body);
    show(place, VolumeText.made(place));
    return 0;
  }
}
