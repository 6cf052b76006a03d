package io.nereid.launcher.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * Everything around a command, so that tests can stand in for it.
 *
 * @param in its standard input
 * @param terminal whether {@code out} is one, and a person watches
 * @param columns width of that terminal
 * @param directory the working directory
 */
public record Shell(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean terminal,
    int columns,
    Path directory,
    Clock clock) {}
