package io.nereid.launcher.daemon;

import io.nereid.config.NereidConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries every port before anything is started, because the libraries that will use them say less
 * clearly what is wrong.
 */
final class PortCheck {
  private PortCheck() {}

  static void check(NereidConfig config) {
    List<String> problems = new ArrayList<>();
    String host = config.cluster().host();
    tryPort(problems, "cluster.port", host, config.cluster().port());
    tryPort(problems, "cluster.busPort", host, config.cluster().busPort());
    if (config.node().verticles().contains("transfer")) {
      tryPort(problems, "transfer.port", host, config.transfer().port());
      tryPort(problems, "transfer.controlPort", host, config.transfer().controlPort());
    }
    if (config.node().verticles().contains("gateway") && config.gateway().port() != 0) {
      tryPort(problems, "gateway.port", config.gateway().host(), config.gateway().port());
    }
    if (!problems.isEmpty()) {
      throw new FailureException(
          Failure.refused(
                  FailureCode.CONFIG_INVALID,
                  "cannot listen where the settings say; nothing was started",
                  "another daemon may be running; otherwise change the settings (nereid up --help)")
              .withEvidence(problems));
    }
  }

  private static void tryPort(List<String> problems, String setting, String host, int port) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      problems.add(setting + ": the name '" + host + "' cannot be resolved");
      return;
    }
    try (ServerSocketChannel probe = ServerSocketChannel.open()) {
      probe.bind(address);
    } catch (IOException e) {
      problems.add(setting + " " + host + ":" + port + ": " + e.getMessage());
    }
  }
}
