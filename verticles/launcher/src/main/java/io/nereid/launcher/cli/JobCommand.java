package io.nereid.launcher.cli;

import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;

/** What is accepted as a job and waited for. */
abstract class JobCommand extends ClientCommand {
  JobCommand(Shell shell) {
    super(shell);
  }

  /** Waits for the end of a job; throws why it has failed. */
  Doc await(GatewayClient client, Doc accepted) {
    return JobWait.await(shell(), wantsJson(), client, accepted);
  }
}
