package io.nereid.testkit;

import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Looks once per test JVM whether containers can run and move here. */
final class RuntimeCondition implements ExecutionCondition {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final class Found {
    static final List<String> PROBLEMS = problems();

    private Found() {}
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (Found.PROBLEMS.isEmpty()) {
      return ConditionEvaluationResult.enabled("runc, conmon and CRIU work");
    }
    String reason = String.join("; ", Found.PROBLEMS) + " ('./nereid setup' mends it)";
    if ("1".equals(System.getenv("NEREID_REQUIRE_RUNTIME"))) {
      throw new ExtensionConfigurationException(
          "NEREID_REQUIRE_RUNTIME=1, but the runtime is not usable: " + reason);
    }
    return ConditionEvaluationResult.disabled(reason);
  }

  private static List<String> problems() {
    List<String> problems = new ArrayList<>();
    var runner = SystemProcessRunner.ofThisHost();
    if (runner.run(Command.of(LIMIT, "id", "-u")) instanceof Outcome.Exited e
        && !e.stdout().strip().equals("0")) {
      problems.add("not root");
      return problems;
    }
    for (List<String> probe :
        List.of(
            List.of("runc", "--version"),
            List.of("conmon", "--version"),
            List.of("criu", "check"))) {
      Outcome outcome = runner.run(Command.of(LIMIT, probe));
      if (!outcome.ok()) {
        problems.add(String.join(" ", probe) + " failed: " + reason(outcome));
      }
    }
    return problems;
  }

  private static String reason(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Exited e -> "exit " + e.code() + " " + e.stderr().strip();
      case Outcome.TimedOut t -> "no end after " + t.limit();
      case Outcome.NotStarted n -> n.reason();
    };
  }
}
