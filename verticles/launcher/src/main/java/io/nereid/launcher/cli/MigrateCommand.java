package io.nereid.launcher.cli;

import io.nereid.domain.failure.FailureCode;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.MigrationText;
import io.nereid.launcher.render.PreflightText;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "migrate",
    description = {
      "Move a running container to another host.",
      "Ctrl-C asks to cancel, which is possible until the target has been granted the container."
    },
    sortOptions = false)
final class MigrateCommand extends ClientCommand {
  @ArgGroup(exclusive = true, multiplicity = "1")
  private What what;

  @Mixin private MigrateOptions options;

  @Option(
      names = "--dry-run",
      description = {
        "Only say whether it would work, for HOST or for every other host, and what it would cost.",
        "Changes nothing. Exit code 0 when the move would start, 6 when preflight is against it."
      })
  private boolean dryRun;

  @Option(
      names = "--force",
      description = "Move although preflight finds it risky. What cannot work is refused anyway.")
  private boolean force;

  @Option(
      names = "--cooperative",
      paramLabel = "WHEN",
      converter = Cooperation.class,
      description = {
        "auto: what other hosts have of the container comes from them, where that is sooner.",
        "off: everything comes from its host. Default: auto."
      })
  private String cooperative;

  @Option(
      names = {"-d", "--detach"},
      description = "Return as soon as it has been accepted.")
  private boolean detach;

  /** What to move, to give up, or to take back. */
  static final class What {
    @ArgGroup(exclusive = false)
    Move move;

    @Option(
        names = "--cancel",
        paramLabel = "MIGRATION",
        description = "Give a migration up instead; its container stays where it was.")
    String cancel;

    @Option(
        names = "--take-back",
        paramLabel = "CONTAINER",
        description = {
          "Have a container go on where it was frozen, because the host to which it moved has gone for",
          "good before all of its memory had come. By this you promise that it never runs there again.",
          "What it has done there is lost. Refused while that host is in the cluster."
        })
    String takeBack;
  }

  /** Whether others help. */
  static final class Cooperation extends MigrateOptions.Words {
    Cooperation() {
      super("choice", "auto", "off");
    }
  }

  /** What goes where. */
  static final class Move {
    @Parameters(
        index = "0",
        paramLabel = "CONTAINER",
        description = "Name, id or beginning of an id.")
    String container;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "HOST",
        description = "Where to. Default: the coordinator chooses.")
    String target;
  }

  MigrateCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    GatewayClient client = client();
    if (what.cancel != null) {
      return MigrationsCommand.cancel(this, what.cancel);
    }
    if (what.takeBack != null) {
      return takeBack(client);
    }
    if (dryRun) {
      return dryRun(client);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    if (what.move.target != null) {
      body.put("target", what.move.target);
    }
    options.addTo(body);
    if (force) {
      body.put("force", true);
    }
    if (cooperative != null) {
      body.put("cooperative", cooperative);
    }
    String path = "/v1/containers/" + GatewayClient.segment(what.move.container) + "/migrate";
    Doc accepted = client.post(path, body);
    if (detach) {
      Doc migration = accepted.at("migration");
      show(migration, migration.at("id").text() + "\n");
      return 0;
    }
    Doc ended = new MigrationFollower(client, shell(), wantsJson()).follow(accepted);
    show(ended, MigrationText.report(ended));
    return MigrationOutcome.exitCode(shell(), ended, wantsJson());
  }

  private int takeBack(GatewayClient client) throws InterruptedException {
    Doc accepted =
        client.post(
            "/v1/containers/" + GatewayClient.segment(what.takeBack) + "/take-back", Map.of());
    Doc ended = new MigrationFollower(client, shell(), wantsJson()).follow(accepted);
    show(ended, MigrationText.report(ended));
    return ended.at("phase").text().equals("ROLLED_BACK")
        ? 0
        : MigrationOutcome.exitCode(shell(), ended, wantsJson());
  }

  private int dryRun(GatewayClient client) {
    StringBuilder path = new StringBuilder("/v1/containers/");
    path.append(GatewayClient.segment(what.move.container)).append("/preflight");
    Map<String, Object> query = new LinkedHashMap<>();
    if (what.move.target != null) {
      query.put("target", what.move.target);
    }
    options.addTo(query);
    // It changes nothing of what a move would cost.
    query.remove("onNoConverge");
    String mark = "?";
    for (Map.Entry<String, Object> one : query.entrySet()) {
      path.append(mark).append(one.getKey()).append('=');
      path.append(GatewayClient.segment(one.getValue().toString()));
      mark = "&";
    }
    Doc report = client.get(path.toString());
    show(report, PreflightText.report(report));
    return PreflightText.allows(report, force) ? 0 : FailureCode.INCOMPATIBLE.exitCode();
  }
}
