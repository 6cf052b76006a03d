package io.nereid.launcher.cli;

import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.Version;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.render.Figures;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
    name = "version",
    description = "Show the version of this program and of the daemon, if there is one.",
    sortOptions = false)
final class VersionCommand extends ClientCommand {
  VersionCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Doc daemon;
    try {
      daemon = client().get("/v1/ping");
    } catch (FailureException e) {
      daemon = Doc.EMPTY;
    }
    String java = Runtime.version().toString();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", Version.current());
    json.put("java", java);
    json.put("daemon", daemon);
    String text = "nereid " + Version.current() + " (Java " + java + ")\n";
    if (daemon.isPresent()) {
      text +=
          Figures.clean("daemon " + daemon.at("version").text() + " at " + daemon.at("node").text())
              + "\n";
    }
    show(new Doc(json), text);
    return 0;
  }
}
