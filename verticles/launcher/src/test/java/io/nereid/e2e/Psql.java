package io.nereid.e2e;

import io.nereid.process.ProcessTree;
import io.nereid.process.SystemProcessRunner;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One session with a PostgreSQL in a container, from the clients' namespace. */
final class Psql implements AutoCloseable {
  private static final String END = "(that is all)";
  private final Process process;
  private final BufferedReader in;

  Psql(Path namespace, Path rootfs, String address) throws IOException {
    this.process =
        SystemProcessRunner.ofThisHost()
            .launch(
                List.of(
                    "nsenter",
                    "--net=" + namespace,
                    "chroot",
                    rootfs.toString(),
                    "/usr/lib/postgresql/bin/psql",
                    "--host=" + address,
                    "--username=postgres",
                    "--quiet",
                    "--no-psqlrc",
                    "--tuples-only",
                    "--no-align",
                    "postgres"),
                Map.of(),
                Optional.empty(),
                true);
    this.in =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Whether there is a server that answers. */
  boolean answers() throws IOException {
    return ask("select 1;").equals(List.of("1"));
  }

  /** Sends statements and returns all lines of their answers. */
  List<String> ask(String statements) throws IOException {
    OutputStream out = process.getOutputStream();
    out.write((statements + "\n\\echo " + END + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    List<String> lines = new ArrayList<>();
    for (String line = in.readLine(); !END.equals(line); line = in.readLine()) {
      if (line == null) {
        throw new EOFException("the session has ended after " + lines);
      }
      lines.add(line);
    }
    return lines;
  }

  @Override
  public void close() {
    ProcessTree.kill(process.toHandle());
  }
}
