package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.client.GatewayClient;
import io.nereid.launcher.client.Json;
import java.io.PrintStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "logs",
    description = {
      "Show what a container has written; its two streams come out as the two streams here.",
      "With -f it goes on, also when the container moves to another host."
    },
    sortOptions = false)
final class LogsCommand extends ClientCommand {
  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the container ends.")
  private boolean follow;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Not what is older: 10m, 2h, or a moment such as 2026-01-31T12:00:00Z.")
  private String since;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "N",
      description = "Begin N lines before the end.")
  private Integer tail;

  @Option(
      names = {"-t", "--timestamps"},
      description = "The time before each line.")
  private boolean timestamps;

  @Parameters(paramLabel = "CONTAINER", description = "Name, id or beginning of an id.")
  private String container;

  private boolean lineOpen;

  LogsCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    StringBuilder path = new StringBuilder("/v1/containers/");
    path.append(GatewayClient.segment(container)).append("/logs?follow=").append(follow);
    if (since != null) {
      path.append("&since=").append(sinceEpochMs());
    }
    if (tail != null) {
      path.append("&tail=").append(tail);
    }
    client().lines(path.toString(), this::line);
    return 0;
  }

  private boolean line(Doc doc) {
    PrintStream out = shell().out();
    if (!"line".equals(doc.at("type").text())) {
      out.flush();
    } else if (wantsJson()) {
      out.println(Json.text(doc, false));
    } else {
      PrintStream to = "STDERR".equals(doc.at("stream").text()) ? shell().err() : out;
      if (timestamps && !lineOpen) {
        to.print(doc.at("time").text() + " ");
      }
      to.print(doc.at("text").text());
      lineOpen = doc.at("partial").isTrue();
      if (!lineOpen) {
        to.print('\n');
      }
      if (to != out) {
        to.flush();
      }
    }
    return !out.checkError();
  }

  private long sinceEpochMs() {
    try {
      return shell().clock().instant().minus(new Durations().convert(since)).toEpochMilli();
    } catch (TypeConversionException notALength) {
      try {
        return OffsetDateTime.parse(since).toInstant().toEpochMilli();
      } catch (DateTimeException notAMoment) {
        throw new FailureException(
            Failure.refused(
                FailureCode.BAD_REQUEST,
                "--since '" + since + "' is no time",
                "use a length of time such as 10m, or a moment such as " + Instant.EPOCH),
            notAMoment);
      }
    }
  }
}
