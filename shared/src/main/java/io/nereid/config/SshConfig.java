package io.nereid.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How the SSH servers of other hosts are reached, where content goes through them.
 *
 * @param port of every other host's SSH server
 * @param user at every other host
 * @param password of that user, if it has one
 * @param key private key of that user in a file, if it has one
 * @param knownHosts file with the host keys that are believed
 */
public record SshConfig(
    int port, String user, Optional<Secret> password, Optional<Path> key, Path knownHosts) {
  static final String TRANSPORT = "transfer.transport";
  static final String PORT = "transfer.sshPort";
  static final String SSH = "ssh";

  private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}");
  private static final Path KNOWN_HOSTS = Path.of("/root/.ssh/known_hosts");

  /** Present when content is to go through SSH. */
  static Optional<SshConfig> from(SettingReader settings) {
    String transport = settings.word(TRANSPORT, "native", java.util.List.of("native", SSH));
    int port = settings.integer(PORT, 22, 1, 65_535);
    Optional<String> user =
        settings.optionalText(
            "transfer.sshUser", USER, "1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-'");
    Optional<Secret> password = settings.secret("transfer.sshPassword");
    Optional<Path> key = settings.optionalPath("transfer.sshKey");
    Path knownHosts = settings.path("transfer.sshKnownHosts", KNOWN_HOSTS);
    if (!transport.equals(SSH)) {
      return Optional.empty();
    }
    if (user.isEmpty() || (password.isEmpty() && key.isEmpty())) {
      settings.broken(
          "transfer.transport is ssh, but "
              + (user.isEmpty() ? "transfer.sshUser (SSH_USER) is" : "neither password nor key are")
              + " not set",
          "set transfer.sshUser (SSH_USER), and transfer.sshKey or SSH_PASSWORD",
          TRANSPORT);
    }
    return Optional.of(new SshConfig(port, user.orElse(""), password, key, knownHosts));
  }
}
