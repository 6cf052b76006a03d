package io.nereid.launcher.cli;

import io.nereid.process.ProcessRunner;
import io.nereid.process.ProgramEnvironment;
import io.nereid.process.SystemProcessRunner;
import java.util.Map;

/** External programs as commands of this process use them. */
final class Programs {
  private Programs() {}

  static ProcessRunner runner(Map<String, String> environment) {
    return new SystemProcessRunner(ProgramEnvironment.from(environment));
  }
}
