package io.nereid.launcher.daemon;

import io.nereid.config.NereidConfig;

/** What a daemon says when it is up. */
final class ReadyLine {
  private ReadyLine() {}

  static String of(NereidConfig config) {
    StringBuilder line = new StringBuilder("ready: ");
    line.append(config.node().name());
    line.append(" at ").append(config.cluster().host());
    line.append(" cluster ").append(config.cluster().port());
    line.append(" bus ").append(config.cluster().busPort());
    line.append(" transfer ").append(config.transfer().port());
    line.append('/').append(config.transfer().controlPort());
    line.append(" commands unix:").append(config.gateway().socket());
    if (config.gateway().port() != 0) {
      line.append(" and ").append(config.gateway().host());
      line.append(':').append(config.gateway().port());
    }
    line.append(" running ").append(String.join(",", config.node().verticles()));
    if (config.cluster().host().startsWith("127.")) {
      line.append(
          " (alone: other hosts cannot join; give --cluster-host or --join to change that)");
    }
    return line.toString();
  }
}
