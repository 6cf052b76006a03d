package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.RemoteFailures;
import io.nereid.launcher.render.RecoveryText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "recover",
    description = {
      "Bring up what a host that is gone has left: a container, or all of a host,",
      "from the newest snapshot that another host has. What came after it is lost.",
      "Only do it when that host is dead: otherwise two copies may run until it is back."
    },
    sortOptions = false)
final class RecoverCommand extends ClientCommand {
  private static final long LOOK_MS = 300;
  private static final int NOTHING_DONE = 4;

  @Option(
      names = "--on",
      paramLabel = "HOST",
      description = "Where. Default: a host that has the snapshot.")
  private String node;

  @Option(names = "--dry-run", description = "Only say what would be done.")
  private boolean dryRun;

  @Parameters(paramLabel = "CONTAINER|HOST", description = "What is to be recovered.")
  private String ref;

  RecoverCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ref", ref);
    body.put("dryRun", dryRun);
    if (node != null) {
      body.put("node", node);
    }
    GatewayClient client = client();
    Doc plans = client.post("/v1/recoveries", body);
    List<Doc> all = plans.at("plans").items();
    Set<String> begun =
        all.stream()
            .filter(p -> p.at("target").isPresent())
            .map(p -> p.at("container", "id").text())
            .collect(Collectors.toSet());
    if (dryRun || begun.isEmpty()) {
      show(plans, RecoveryText.plans(all));
      return dryRun || all.isEmpty() ? 0 : NOTHING_DONE;
    }
    if (!wantsJson()) {
      show(plans, RecoveryText.plans(all));
    }
    return ended(client, begun);
  }

  private int ended(GatewayClient client, Set<String> begun) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    List<Doc> ours;
    do {
      never.await(LOOK_MS, TimeUnit.MILLISECONDS);
      ours =
          client.get("/v1/recoveries").at("recoveries").items().stream()
              .filter(r -> begun.contains(r.at("base", "id").text()))
              .toList();
    } while (ours.stream().anyMatch(r -> r.at("phase").text().equals("RESTORING")));
    show(
        new Doc(Map.of("recoveries", ours.stream().map(Doc::value).toList())),
        RecoveryText.ended(ours));
    return ours.stream()
        .filter(r -> r.at("phase").text().equals("FAILED"))
        .findFirst()
        .map(r ->
            Failures.report(shell(), RemoteFailures.of(r.at("failure")).failure(), wantsJson()))
        .orElse(0);
  }
}
