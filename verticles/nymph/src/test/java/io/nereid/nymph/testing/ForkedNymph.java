package io.nereid.nymph.testing;

import io.nereid.domain.id.ContainerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A nymph in a process of its own, so that it can be killed. */
public final class ForkedNymph implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private ForkedNymph(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts one that runs a container of each bundle and then does nothing. */
  public static ForkedNymph start(Path directory, String name, List<Path> bundles)
      throws IOException {
    List<String> argv =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ForkedNymph.class.getName(),
                directory.toString(),
                name));
    bundles.forEach(b -> argv.add(b.toString()));
    return new ForkedNymph(
        new ProcessBuilder(argv).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next container that it has started. */
  public ContainerId next() throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("started ")) {
        return new ContainerId(line.substring("started ".length()));
      }
    }
    throw new IOException("the nymph ended");
  }

  /** kill -9. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** The forked process. */
  public static void main(String[] args) throws InterruptedException {
    TestHost host = new TestHost(Path.of(args[0]), args[1]);
    for (int i = 2; i < args.length; i++) {
      System.out.println("started " + host.run(Path.of(args[i])).id());
    }
    System.out.flush();
    Thread.currentThread().join();
  }
}
