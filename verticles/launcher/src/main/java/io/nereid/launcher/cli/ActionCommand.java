package io.nereid.launcher.cli;

import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.Figures;
import java.util.List;
import picocli.CommandLine.Parameters;

/**
 * Does one thing to some containers, one after the other; the first failure decides the exit code.
 */
abstract class ActionCommand extends ClientCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "CONTAINER",
      description = "Names, ids or beginnings of ids.")
  private List<String> containers = List.of();

  ActionCommand(Shell shell) {
    super(shell);
  }

  /** Does it to the container at this path. */
  abstract Doc act(GatewayClient client, String path);

  /** What is said of a container afterwards. */
  abstract String done();

  @Override
  public Integer call() {
    GatewayClient client = client();
    int code = 0;
    for (String container : containers) {
      try {
        Doc location = act(client, "/v1/containers/" + GatewayClient.segment(container));
        String name = location.at("status", "name").text(container);
        show(location, Figures.clean(name) + " " + done() + "\n");
      } catch (FailureException e) {
        int failed = Failures.report(shell(), e.failure(), wantsJson());
        code = code == 0 ? failed : code;
      }
    }
    return code;
  }
}
