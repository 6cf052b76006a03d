package io.nereid.launcher.cli;

import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.render.Figures;
import io.nereid.launcher.render.SnapshotText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "snapshots",
    description = {
      "List snapshots, the newest first; or delete some: rm ID...;",
      "or those that are not to be kept: prune [CONTAINER] [--dry-run];",
      "or read them and compare all with its digests: verify [ID...] [--repair], without an ID all."
    },
    sortOptions = false)
final class SnapshotsCommand extends ListingCommand {
  private static final String REMOVE = "rm";
  private static final String PRUNE = "prune";
  private static final String VERIFY = "verify";
  @Spec private CommandSpec spec;

  @Option(
      names = {"-a", "--all"},
      description = "Also those of hosts that are away.")
  private boolean all;

  @Option(names = "--dry-run", description = "With prune: only say which would be deleted.")
  private boolean dryRun;

  @Option(
      names = "--repair",
      description = "With verify: fetch what is damaged from another host that holds it.")
  private boolean repair;

  @Parameters(
      arity = "0..*",
      paramLabel = "rm ID | prune | verify",
      hideParamSyntax = true,
      description =
          "The ones to delete or to verify: ids, beginnings of ids, or labels; or a container.")
  private List<String> words = List.of();

  SnapshotsCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (dryRun && (words.isEmpty() || !words.getFirst().equals(PRUNE))) {
      throw new ParameterException(spec.commandLine(), "--dry-run goes with prune only");
    }
    if (words.isEmpty()) {
      return super.call();
    }
    if (words.getFirst().equals(VERIFY)) {
      return new SnapshotVerification(shell(), wantsJson(), repair)
          .verify(client(), words.subList(1, words.size()));
    }
    if (words.getFirst().equals(PRUNE) && words.size() <= 2) {
      return prune(client());
    }
    if (words.size() < 2 || !words.getFirst().equals(REMOVE)) {
      throw new ParameterException(
          spec.commandLine(),
          "expected no words, rm ID..., prune [CONTAINER], or verify [ID...], not " + words);
    }
    return remove(client());
  }

  private int remove(GatewayClient client) {
    int code = 0;
    for (String ref : words.subList(1, words.size())) {
      try {
        Doc place = client.delete("/v1/snapshots/" + GatewayClient.segment(ref));
        show(place, Figures.clean(place.at("snapshot", "id").text()) + " removed\n");
      } catch (FailureException e) {
        int failed = Failures.report(shell(), e.failure(), wantsJson());
        code = code == 0 ? failed : code;
      }
    }
    return code;
  }

  private int prune(GatewayClient client) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (words.size() == 2) {
      body.put("container", words.get(1));
    }
    body.put("dryRun", dryRun);
    Doc pruned = client.post("/v1/snapshots/prune", body);
    show(pruned, SnapshotText.pruned(pruned));
    return 0;
  }

  @Override
  Doc fetch(GatewayClient client) {
    return client.get(all ? "/v1/snapshots?all=true" : "/v1/snapshots");
  }

  @Override
  String render(Doc doc) {
    return SnapshotText.table(doc.at("snapshots").items(), shell().clock().instant());
  }
}
