package io.nereid.launcher.cli;

import io.nereid.config.ConfigInvalidException;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.demo.DemoCommand;
import io.nereid.launcher.render.Figures;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * All commands. Only the one that is wanted is built, because building them all takes longer than
 * most of them run.
 */
public final class CommandTree {
  private static final int USAGE = 2;
  private static final Map<String, Function<Shell, Object>> COMMANDS = commands();

  private CommandTree() {}

  private static Map<String, Function<Shell, Object>> commands() {
    Map<String, Function<Shell, Object>> all = new LinkedHashMap<>();
    all.put("up", UpCommand::new);
    all.put("nodes", NodesCommand::new);
    all.put("ps", PsCommand::new);
    all.put("run", RunCommand::new);
    all.put("logs", LogsCommand::new);
    all.put("exec", ExecCommand::new);
    all.put("inspect", InspectCommand::new);
    all.put("stop", StopCommand::new);
    all.put("start", StartCommand::new);
    all.put("kill", KillCommand::new);
    all.put("rm", RmCommand::new);
    all.put("pause", PauseCommand::new);
    all.put("unpause", UnpauseCommand::new);
    all.put("migrate", MigrateCommand::new);
    all.put("migrations", MigrationsCommand::new);
    all.put("protect", ProtectCommand::new);
    all.put("checkpoint", CheckpointCommand::new);
    all.put("snapshots", SnapshotsCommand::new);
    all.put("restore", RestoreCommand::new);
    all.put("copy", CopyCommand::new);
    all.put("recover", RecoverCommand::new);
    all.put("rewind", RewindCommand::new);
    all.put("diff", DiffCommand::new);
    all.put("export", ExportCommand::new);
    all.put("import", ImportCommand::new);
    all.put("volumes", VolumesCommand::of);
    all.put("explain", ExplainCommand::new);
    all.put("version", VersionCommand::new);
    all.put("doctor", DoctorCommand::new);
    all.put("bench", BenchCommand::of);
    all.put("demo", shell -> new DemoCommand(shell.out(), shell.err()));
    return all;
  }

  /** Runs a command line; everything is said when it returns. */
  public static int run(Shell shell, String... args) {
    CommandLine line = build(shell, args);
    return line.execute(args);
  }

  static CommandLine build(Shell shell, String... args) {
    CommandLine line = new CommandLine(new RootCommand(shell));
    Function<Shell, Object> wanted = args.length == 0 ? null : COMMANDS.get(args[0]);
    if (wanted != null) {
      line.addSubcommand(args[0], wanted.apply(shell));
    } else {
      COMMANDS.forEach((name, make) -> line.addSubcommand(name, make.apply(shell)));
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // What follows the container belongs to the command that runs in it, options too.
    Optional.ofNullable(line.getSubcommands().get("exec"))
        .ifPresent(exec -> exec.setStopAtPositional(true));
    line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setUsageHelpWidth(Math.clamp(shell.columns(), 60, 110));
    line.setParameterExceptionHandler((e, arguments) -> misused(shell, e));
    line.setExecutionExceptionHandler((e, command, result) -> failed(shell, command, e));
    return line;
  }

  private static int misused(Shell shell, ParameterException e) {
    boolean command =
        e instanceof UnmatchedArgumentException && e.getCommandLine().getParent() == null;
    String what =
        command
            ? "there is no command '"
                + String.join(" ", e.getCommandLine().getUnmatchedArguments())
                + "'"
            : e.getMessage();
    shell.err().println("nereid: " + Figures.clean(what));
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        shell.err().println("  did you mean " + String.join(" or ", suggestions) + "?");
      }
    }
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    shell.err().println("  '" + name + " --help' shows what is possible");
    return USAGE;
  }

  private static int failed(Shell shell, CommandLine command, Exception thrown) {
    boolean json = command.getCommand() instanceof BaseCommand base && base.wantsJson();
    int code = Failures.report(shell, failureOf(thrown), json);
    if (shell.environment().containsKey("NEREID_DEBUG")) {
      thrown.printStackTrace(shell.err());
    }
    return code;
  }

  private static Failure failureOf(Exception thrown) {
    return thrown instanceof ConfigInvalidException invalid
        ? invalid.asFailure().failure()
        : FailureException.failureOf(thrown);
  }
}
