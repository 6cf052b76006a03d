package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.Figures;
import io.nereid.launcher.render.MigrationText;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "migrations",
    description = "List migrations, the newest first; show one; or give one up: cancel ID.",
    sortOptions = false)
final class MigrationsCommand extends ListingCommand {
  private static final String CANCEL = "cancel";
  @Spec private CommandSpec spec;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "20",
      description = "At most so many. Default: 20.")
  private int limit;

  @Parameters(
      arity = "0..2",
      paramLabel = "ID | cancel ID",
      hideParamSyntax = true,
      description = "One migration; or the one to give up.")
  private List<String> words = List.of();

  MigrationsCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    boolean cancel = words.size() == 2 && words.getFirst().equals(CANCEL);
    if (!cancel && (words.size() == 2 || words.contains(CANCEL))) {
      throw new ParameterException(
          spec.commandLine(), "expected no words, ID, or cancel ID, not " + words);
    }
    return cancel ? cancel(this, words.get(1)) : super.call();
  }

  static int cancel(ClientCommand command, String id) {
    GatewayClient client = command.client();
    Doc view = client.post("/v1/migrations/" + GatewayClient.segment(id) + "/cancel", Map.of());
    Doc migration = view.at("migration");
    command.show(
        migration,
        "asked to cancel; "
            + Figures.clean(migration.at("name").text())
            + " stays at "
            + Figures.clean(migration.at("source").text())
            + "\n");
    return 0;
  }

  @Override
  Doc fetch(GatewayClient client) {
    return words.isEmpty()
        ? client.get("/v1/migrations?limit=" + limit)
        : client.get("/v1/migrations/" + GatewayClient.segment(words.getFirst())).at("migration");
  }

  @Override
  String render(Doc doc) {
    if (words.isEmpty()) {
      return MigrationText.table(doc.at("migrations").items(), shell().clock().instant());
    }
    String reason = doc.at("failure", "message").text();
    return (MigrationText.isFinal(doc)
            ? MigrationText.report(doc)
            : MigrationText.plain(doc) + "\n")
        + (reason.isEmpty() ? "" : "  " + Figures.clean(reason) + "\n");
  }
}
