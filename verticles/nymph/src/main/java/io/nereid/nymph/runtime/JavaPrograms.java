package io.nereid.nymph.runtime;

import java.util.ArrayList;
import java.util.List;

/** Command lines of programs of ours beside the daemon: small, and with its classes. */
public final class JavaPrograms {
  /** A constant; what varies is in its arguments: a file for the process id, and the program. */
  public static final String IN_BACKGROUND =
      "\"$@\" </dev/null & echo $! >\"$0.new\" && mv \"$0.new\" \"$0\"";

  private JavaPrograms() {}

  /**
   * The command line.
   *
   * @param heapMiB the most that its objects may take
   */
  public static List<String> command(Class<?> main, int heapMiB, List<String> arguments) {
    String java = ProcessHandle.current().info().command().orElse("java");
    List<String> argv =
        new ArrayList<>(
            List.of(
                java,
                "-Xmx" + heapMiB + "m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    argv.addAll(arguments);
    return argv;
  }
}
