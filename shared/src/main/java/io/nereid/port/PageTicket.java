package io.nereid.port;

/**
 * What a source needs to bring pages after the container runs.
 *
 * @param host address of the target
 * @param port at which its page server listens for this one migration
 * @param secret random, of this one migration; never logged
 */
public record PageTicket(String host, int port, String secret) {
  /** Without the secret, because tickets end up in log lines. */
  @Override
  public String toString() {
    return "PageTicket[" + host + ":" + port + "]";
  }
}
