package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.Figures;
import io.nereid.launcher.render.PolicyText;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "protect",
    description = {
      "Have snapshots of a container taken by themselves, or change how.",
      "What is not given stays as it is, or is what the settings of its host say."
    },
    sortOptions = false)
final class ProtectCommand extends ClientCommand {
  @Spec private CommandSpec spec;
  @Mixin private ProtectOptions options = new ProtectOptions();

  @Option(names = "--off", description = "No more of them; those that are there stay.")
  private boolean off;

  @Parameters(paramLabel = "CONTAINER", description = "Name, id or beginning of an id.")
  private String container;

  ProtectCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Map<String, Object> body = options.given();
    if (off && !body.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--off goes with no other option");
    }
    if (off) {
      body.put("off", true);
    }
    Doc location =
        client().post("/v1/containers/" + GatewayClient.segment(container) + "/protect", body);
    String name = Figures.clean(location.at("status", "name").text(container));
    Doc policy = location.at("status", "policy");
    show(
        location,
        policy.isPresent()
            ? name + ": " + PolicyText.of(policy) + "\n"
            : name + " is not protected any more\n");
    return 0;
  }
}
