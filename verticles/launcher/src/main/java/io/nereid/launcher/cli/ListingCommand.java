package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.Json;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** A listing that can be watched. */
abstract class ListingCommand extends ClientCommand {
  private static final long INTERVAL_MS = 1_000;
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Option(names = "--watch", description = "Show it again every second, until interrupted.")
  private boolean watch;

  ListingCommand(Shell shell) {
    super(shell);
  }

  /** What is shown. */
  abstract Doc fetch(GatewayClient client);

  abstract String render(Doc doc);

  @Override
  public Integer call() throws InterruptedException {
    GatewayClient client = client();
    if (!watch) {
      Doc doc = fetch(client);
      show(doc, wantsJson() ? "" : render(doc));
      return 0;
    }
    CountDownLatch never = new CountDownLatch(1);
    do {
      Doc doc = fetch(client);
      if (wantsJson()) {
        shell().out().println(Json.text(doc, false));
      } else {
        shell().out().print((shell().terminal() ? CLEAR : "") + render(doc));
      }
      shell().out().flush();
    } while (!shell().out().checkError() && !never.await(INTERVAL_MS, TimeUnit.MILLISECONDS));
    return 0;
  }
}
