package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.WebSocket;
import io.nereid.launcher.terminal.RawTerminal;
import io.nereid.launcher.terminal.Tty;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "exec",
    description = {
      "Run a command inside a running container; its exit code becomes the one of this command."
    },
    sortOptions = false)
final class ExecCommand extends ClientCommand {
  @Option(
      names = {"-i", "--interactive"},
      description = "Pass standard input on.")
  private boolean interactive;

  @Option(
      names = {"-t", "--tty"},
      description = "Give the command a terminal.")
  private boolean terminal;

  @Option(
      names = {"-e", "--env"},
      paramLabel = "NAME=VALUE",
      description = "Add to its environment. May be repeated.")
  private List<String> env = List.of();

  @Option(
      names = {"-w", "--workdir"},
      paramLabel = "DIR",
      description = "Its working directory.")
  private String directory;

  @Option(
      names = {"-u", "--user"},
      paramLabel = "UID[:GID]",
      description = "Who runs it.")
  private String user;

  @Parameters(
      index = "0",
      paramLabel = "CONTAINER",
      description = "Name, id or beginning of an id.")
  private String container;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "What to run.")
  private List<String> command = List.of();

  ExecCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws IOException {
    GatewayClient client = client();
    if (!terminal) {
      return talk(client, Optional.empty());
    }
    if (!Tty.isTerminal(0)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "-t needs a terminal, and standard input is none",
              "leave out -t"));
    }
    ProcessRunner runner = Programs.runner(shell().environment());
    Optional<RawTerminal.Size> size = RawTerminal.size(runner);
    // Started before the terminal is switched: a refusal then looks as usual.
    Doc started = start(client, size);
    try (RawTerminal raw = RawTerminal.open(runner);
        WebSocket socket = client.webSocket(started.at("stream").text())) {
      return new ExecTalk(shell(), socket).withTerminal(runner, raw).run(interactive);
    }
  }

  private int talk(GatewayClient client, Optional<RawTerminal.Size> size) throws IOException {
    Doc started = start(client, size);
    try (WebSocket socket = client.webSocket(started.at("stream").text())) {
      return new ExecTalk(shell(), socket).run(interactive);
    }
  }

  private Doc start(GatewayClient client, Optional<RawTerminal.Size> size) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("command", command);
    body.put("env", env);
    if (directory != null) {
      body.put("cwd", directory);
    }
    if (user != null) {
      body.put("user", user);
    }
    body.put("terminal", terminal);
    body.put("stdin", interactive);
    size.ifPresent(s -> {
      body.put("columns", s.columns());
      body.put("rows", s.rows());
    });
    return client.post("/v1/containers/" + GatewayClient.segment(container) + "/exec", body);
  }
}
