package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.RemoteFailures;
import io.nereid.launcher.render.Figures;

/** Waits for what was accepted as a job. */
final class JobWait {
  private static final int WAIT_MS = 2_000;

  private JobWait() {}

  /** Waits for the end of a job; throws why it has failed. */
  static Doc await(Shell shell, boolean json, GatewayClient client, Doc accepted) {
    String path =
        "/v1/jobs/" + GatewayClient.segment(accepted.at("id").text()) + "?wait=" + WAIT_MS;
    Doc job = accepted;
    boolean shown = false;
    while (job.at("state").text().equals("RUNNING")) {
      job = client.get(path);
      long bytes = job.at("progress", "bytesDone").number(0);
      if (shell.terminal() && !json && bytes > 0) {
        shell
            .err()
            .print("\r" + Figures.clean(job.at("what").text()) + ": " + Figures.bytes(bytes));
        shell.err().print("   ");
        shell.err().flush();
        shown = true;
      }
    }
    if (shown) {
      shell.err().print("\r\u001b[K");
      shell.err().flush();
    }
    if (!job.at("state").text().equals("DONE")) {
      throw RemoteFailures.of(job.at("failure"));
    }
    return job;
  }
}
