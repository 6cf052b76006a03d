package io.nereid.nymph.exec;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.message.NymphMessages.ExecRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The arguments of {@code runc exec} for a request, after it has been checked. */
final class ExecArguments {
  private static final Pattern USER = Pattern.compile("[0-9]{1,10}(:[0-9]{1,10})?");
  private static final Pattern VARIABLE = Pattern.compile("[^=\0]+=[^\0]*", Pattern.DOTALL);
  private static final int WORDS_MAX = 4096;
  private static final int CHARACTERS_MAX = 96 * 1024;
  private static final int SIDE_MAX = 10_000;

  private ExecArguments() {}

  /** Refuses with BAD_REQUEST what runc would misunderstand. */
  static List<String> of(ExecRequest request, Path pidFile) {
    check(request);
    List<String> words = new ArrayList<>(List.of("exec", "--pid-file", pidFile.toString()));
    if (request.terminal()) {
      words.add("--tty");
    }
    request.cwd().ifPresent(cwd -> words.addAll(List.of("--cwd", cwd)));
    request.user().ifPresent(user -> words.addAll(List.of("--user", user)));
    request.env().forEach(variable -> words.addAll(List.of("--env", variable)));
    words.add(request.id().value());
    words.addAll(request.command());
    return words;
  }

  private static void check(ExecRequest request) {
    if (request.command().isEmpty() || request.command().getFirst().isEmpty()) {
      throw bad("no command was given", "name a program of the container, for example /bin/sh");
    }
    if (request.command().stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
      throw bad("the command contains a zero byte", "");
    }
    long characters =
        request.command().stream().mapToLong(String::length).sum()
            + request.env().stream().mapToLong(String::length).sum();
    if (request.command().size() + request.env().size() > WORDS_MAX
        || characters > CHARACTERS_MAX) {
      throw bad(
          "the command and its environment are longer than "
              + WORDS_MAX
              + " words or "
              + CHARACTERS_MAX
              + " characters",
          "put them into a file inside the container");
    }
    request.env().stream()
        .filter(variable -> !VARIABLE.matcher(variable).matches())
        .findFirst()
        .ifPresent(variable -> {
          throw bad("'" + variable + "' is no variable", "write it as NAME=VALUE");
        });
    request
        .user()
        .filter(user -> !USER.matcher(user).matches())
        .ifPresent(user -> {
          throw bad("'" + user + "' is no user", "give numbers: UID or UID:GID");
        });
    request
        .cwd()
        .filter(cwd -> !cwd.startsWith("/") || cwd.indexOf('\0') >= 0)
        .ifPresent(cwd -> {
          throw bad("the directory '" + cwd + "' is not absolute", "give the whole path");
        });
    if (request.columns() < 0
        || request.rows() < 0
        || request.columns() > SIDE_MAX
        || request.rows() > SIDE_MAX) {
      throw bad(
          "no terminal is " + request.columns() + " x " + request.rows(),
          "columns and rows are 0 to " + SIDE_MAX);
    }
  }

  private static FailureException bad(String problem, String remedy) {
    return new FailureException(Failure.refused(FailureCode.BAD_REQUEST, problem, remedy));
  }
}
