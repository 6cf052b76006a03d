package io.nereid.launcher.cli;

import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.Figures;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "rm",
    description = "Delete volumes that no container has, on every host that has them.",
    sortOptions = false)
final class VolumesRmCommand extends ClientCommand {
  @Parameters(arity = "1..*", paramLabel = "NAME", description = "Which.")
  private List<String> names = List.of();

  VolumesRmCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    GatewayClient client = client();
    int code = 0;
    for (String name : names) {
      try {
        Doc was = client.delete("/v1/volumes/" + GatewayClient.segment(name));
        show(was, Figures.clean(name) + " removed\n");
      } catch (FailureException e) {
        int failed = Failures.report(shell(), e.failure(), wantsJson());
        code = code == 0 ? failed : code;
      }
    }
    return code;
  }
}
