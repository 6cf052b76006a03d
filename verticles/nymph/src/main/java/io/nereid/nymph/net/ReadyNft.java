package io.nereid.nymph.net;

import io.nereid.process.ProcessLauncher;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A run of nft(8) inside a namespace that has begun and waits for its script: to open a parked
 * network is the last thing that a frozen container waits for. When the daemon ends, it reads an
 * empty script and ends too.
 */
final class ReadyNft implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private final Process process;

  private ReadyNft(Process process) {
    this.process = process;
  }

  /** Starts it; empty when it cannot be started, which costs only time later. */
  static Optional<ReadyNft> in(Path namespace, ProcessLauncher launcher) {
    List<String> argv = List.of("nsenter", "--net=" + namespace, "nft", "-f", "-");
    try {
      return Optional.of(new ReadyNft(launcher.launch(argv, Map.of(), Optional.empty(), true)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Runs the script.
   *
   * @return whether it was carried out; if not, nothing of it was
   */
  boolean run(List<String> script) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write((String.join("\n", script) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return false;
    }
    try {
      return process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
