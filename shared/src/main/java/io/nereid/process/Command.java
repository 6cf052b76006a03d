package io.nereid.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program to run.
 *
 * @param argv program and arguments; never interpreted by a shell
 * @param deadline when to give up waiting
 * @param onDeadline what then happens to the program
 * @param outputTo files that take the output instead of pipes, so that the program outlives us
 *     without a broken pipe; the outcome then holds the files' tails
 * @param env added to a small fixed environment
 */
public record Command(
    List<String> argv,
    Duration deadline,
    OnDeadline onDeadline,
    Optional<Path> outputTo,
    Map<String, String> env,
    Optional<Path> cwd,
    byte[] stdin) {
  /** What happens to a program that does not end in time. */
  public enum OnDeadline {
    /** It and all its children are killed, by id. */
    KILL_TREE,
    /** It is left alone; whoever waits is told that the outcome is unknown. For CRIU runs. */
    LEAVE
  }

  /** A program that is killed when it takes longer. */
  public static Command of(Duration deadline, String... argv) {
    return of(deadline, List.of(argv));
  }

  /** A program that is killed when it takes longer. */
  public static Command of(Duration deadline, List<String> argv) {
    return new Command(
        List.copyOf(argv),
        deadline,
        OnDeadline.KILL_TREE,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        new byte[0]);
  }

  /** The same, never killed, its output in files below {@code prefix}.out and .err. */
  public Command surviving(Path prefix) {
    return new Command(argv, deadline, OnDeadline.LEAVE, Optional.of(prefix), env, cwd, stdin);
  }

  /** The same with more environment. */
  public Command withEnv(Map<String, String> more) {
    return new Command(argv, deadline, onDeadline, outputTo, Map.copyOf(more), cwd, stdin);
  }

  /** The same in a directory. */
  public Command in(Path directory) {
    return new Command(argv, deadline, onDeadline, outputTo, env, Optional.of(directory), stdin);
  }

  /** The same with input. */
  public Command withStdin(byte[] input) {
    return new Command(argv, deadline, onDeadline, outputTo, env, cwd, input.clone());
  }
}
