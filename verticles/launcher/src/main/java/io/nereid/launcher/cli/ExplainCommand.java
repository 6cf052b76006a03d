package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.InvalidIdException;
import io.nereid.domain.id.MigrationId;
import io.nereid.explain.Cause;
import io.nereid.explain.Explainer;
import io.nereid.explain.Explanation;
import io.nereid.explain.LogText;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.Json;
import io.nereid.launcher.render.ExplainText;
import io.nereid.launcher.render.MigrationText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = {
      "Explain why a checkpoint, restore or migration failed: cause and remedy.",
      "Of a log of CRIU, runc or conmon (no daemon needed), or of a migration.",
      "Exit code 1 when there is a failure whose cause is not known."
    },
    sortOptions = false)
final class ExplainCommand extends ClientCommand {
  private static final int NOT_KNOWN = 1;

  @Parameters(
      arity = "1",
      paramLabel = "LOGFILE|MIGRATION",
      description = "dump.log, restore.log, …; or the id of a migration.")
  private String subject;

  ExplainCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Explanation explanation = explanation();
    if (wantsJson()) {
      shell().out().println(Json.text(json(explanation), true));
    } else {
      shell().out().print(ExplainText.of(subject, explanation));
    }
    shell().out().flush();
    return explanation instanceof Explanation.Unknown ? NOT_KNOWN : 0;
  }

  private Explanation explanation() {
    Path file = file();
    if (Files.exists(file)) {
      return Explainer.explain(log(file));
    }
    MigrationId id;
    try {
      id = new MigrationId(subject);
    } catch (InvalidIdException e) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "there is no file '" + LogText.clean(subject) + "', and it is no id of a migration",
              "name a log, or an id that 'nereid migrations' shows"),
          e);
    }
    return explain(id);
  }

  private Path file() {
    try {
      return shell().directory().resolve(subject);
    } catch (InvalidPathException e) {
      throw notALog("is not the name of a file", e);
    }
  }

  private List<String> log(Path file) {
    // Opening a pipe or a device might block, or have an effect.
    if (!Files.isRegularFile(file)) {
      throw notALog("is not a regular file", null);
    }
    List<String> lines;
    try {
      lines = LogText.read(file);
    } catch (IOException e) {
      throw notALog("cannot be read (" + e.getMessage() + ")", e);
    }
    if (!LogText.isLog(lines) && Explainer.explain(lines).known().isEmpty()) {
      throw notALog("does not look like a log of CRIU, runc or conmon", null);
    }
    return lines;
  }

  private FailureException notALog(String why, Exception cause) {
    return new FailureException(
        Failure.refused(
            FailureCode.BAD_REQUEST,
            "'" + LogText.clean(subject) + "' " + why,
            "name a dump.log, a restore.log or a log of runc"),
        cause);
  }

  private Explanation explain(MigrationId id) {
    Doc migration =
        client().get("/v1/migrations/" + GatewayClient.segment(id.value())).at("migration");
    Doc failure = migration.at("failure");
    if (!failure.isPresent()) {
      String phase = MigrationText.phase(migration);
      return new Explanation.NoError(List.of("migration " + id + " has no failure: " + phase));
    }
    String message = LogText.clean(failure.at("message").text());
    List<String> lines = new ArrayList<>(List.of(message));
    failure.at("evidence").items().forEach(line -> lines.addAll(LogText.lines(line.text())));
    Explanation explanation = Explainer.explain(lines);
    if (explanation instanceof Explanation.NoError) {
      // It failed all the same, only not in CRIU; the failure has its own remedy.
      lines.add("what to do: " + LogText.clean(failure.at("remedy").text("look at the evidence")));
      return new Explanation.Unknown(message, lines);
    }
    return explanation;
  }

  private Map<String, Object> json(Explanation explanation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("subject", subject);
    json.put("failed", !(explanation instanceof Explanation.NoError));
    json.put("known", explanation.known().isPresent());
    json.put("cause", explanation.known().map(ExplainCommand::json));
    json.put("error", explanation.error());
    json.put("lines", explanation.excerpt());
    return json;
  }

  private static Map<String, Object> json(Cause cause) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", cause.id());
    json.put("title", cause.title());
    json.put("means", cause.means());
    json.put("remedy", cause.remedy());
    json.put("link", cause.link());
    return json;
  }
}
