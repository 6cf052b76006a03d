package io.nereid.nymph.net;

import io.nereid.domain.failure.FailureCode;
import io.nereid.nymph.runtime.RuntimeFailures;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs ip(8) and nft(8), several commands at once where it can: each start of a program costs
 * milliseconds, some of them while a container is frozen.
 */
final class IpTool {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Path IPV6_OFF = Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6");
  private final ProcessRunner runner;

  IpTool(ProcessRunner runner) {
    this.runner = runner;
  }

  /** Runs ip's commands in order; fails at the first that fails. */
  void batch(String doing, List<String> commands) {
    expect(doing, input(List.of("ip", "-batch", "-"), commands));
  }

  /** The same inside a namespace. */
  void batchIn(Path namespace, String doing, List<String> commands) {
    expect(doing, input(enter(namespace, "ip", "-batch", "-"), commands));
  }

  /**
   * Switches IPv6 off in a namespace, where the kernel has it: a device would otherwise announce a
   * link-local address of its own accord, with a hardware address that runs elsewhere as well.
   */
  void silenceIpv6In(Path namespace) {
    if (Files.exists(IPV6_OFF)) {
      expect(
          "switching IPv6 off in " + namespace,
          input(enter(namespace, "tee", IPV6_OFF.toString()), List.of("1")));
    }
  }

  /** Runs a script of nft inside a namespace. */
  Outcome nftIn(Path namespace, List<String> script) {
    return input(enter(namespace, "nft", "-f", "-"), script);
  }

  /** Runs anything; the caller looks at the outcome. */
  Outcome run(String... argv) {
    return runner.run(Command.of(LIMIT, argv));
  }

  /** Fails unless it ended with 0. */
  static void expect(String doing, Outcome outcome) {
    if (!outcome.ok()) {
      throw RuntimeFailures.of(
          FailureCode.RUNTIME_FAILED,
          doing,
          outcome,
          "run 'nereid doctor' on this host",
          List.of());
    }
  }

  private Outcome input(List<String> argv, List<String> lines) {
    byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    return runner.run(Command.of(LIMIT, argv).withStdin(text));
  }

  private static List<String> enter(Path namespace, String... words) {
    List<String> argv = new ArrayList<>(List.of("nsenter", "--net=" + namespace));
    argv.addAll(List.of(words));
    return argv;
  }
}
