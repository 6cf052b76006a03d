package io.nereid.coordinator.testkit;

import io.nereid.domain.id.NodeId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A host of a {@link TestCluster} in a process of its own, which can be killed as such. */
public final class OtherProcess implements AutoCloseable {
  private static final String READY = "ready";
  private static final long END_S = 20;
  public final NodeId id;
  private final Process process;

  private OtherProcess(NodeId id, Process process) {
    this.id = id;
    this.process = process;
  }

  /** Starts one and waits until it answers. */
  public static OtherProcess start(Loopback loopback, String name, int index) {
    try {
      Process process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  OtherProcess.class.getName(),
                  loopback.text(),
                  name,
                  Integer.toString(index))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      OtherProcess other = new OtherProcess(new NodeId(name), process);
      other.awaitReady();
      return other;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady() throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals(READY)) {
        return;
      }
    }
    throw new AssertionError("host " + id + " did not start");
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() {
    try {
      if (!process.destroyForcibly().waitFor(END_S, TimeUnit.SECONDS)) {
        throw new AssertionError("host " + id + " cannot be killed");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** The process: a member until its input ends, so that it never outlives the test. */
  public static void main(String[] args) throws IOException {
    TestCluster cluster = new TestCluster(Loopback.parse(args[0]));
    cluster.start(args[1], Integer.parseInt(args[2]));
    System.out.println(READY);
    while (System.in.read() >= 0) {
      continue;
    }
    Runtime.getRuntime().halt(0);
  }
}
