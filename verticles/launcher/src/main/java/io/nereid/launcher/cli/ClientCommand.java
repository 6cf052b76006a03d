package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.Endpoint;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands share that ask a daemon. */
abstract class ClientCommand extends BaseCommand implements Callable<Integer> {
  static final String DEFAULT_RUN_DIR = "/run/nereid";

  private final Shell shell;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = {
        "The daemon to ask: unix:/path or host:port.",
        "Default: $NEREID_HOST, else unix:/run/nereid/nereid.sock ($NEREID_RUN_DIR honoured)."
      })
  private String host;

  @Mixin private OutputOption output;

  ClientCommand(Shell shell) {
    this.shell = shell;
  }

  Shell shell() {
    return shell;
  }

  @Override
  public boolean wantsJson() {
    return output.isJson();
  }

  GatewayClient client() {
    String given = host == null ? shell.environment().getOrDefault("NEREID_HOST", "") : host;
    if (given.isEmpty()) {
      String runDir = shell.environment().getOrDefault("NEREID_RUN_DIR", "");
      given = "unix:" + (runDir.isEmpty() ? DEFAULT_RUN_DIR : runDir) + "/nereid.sock";
    }
    try {
      return new GatewayClient(Endpoint.parse(given));
    } catch (IllegalArgumentException e) {
      throw new FailureException(
          Failure.refused(FailureCode.BAD_REQUEST, e.getMessage(), "see --host and NEREID_HOST"),
          e);
    }
  }

  /** Shows a document as it is to programs, and as text to people. */
  void show(Doc doc, String text) {
    shell.out().print(wantsJson() ? Json.text(doc, true) + "\n" : text);
    shell.out().flush();
  }
}
