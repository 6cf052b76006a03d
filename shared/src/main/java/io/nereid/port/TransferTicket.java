package io.nereid.port;

/**
 * What a sender needs to reach a receiving session.
 *
 * @param host address of the receiver
 * @param controlPort of the gRPC service
 * @param dataPort of the bulk streams
 * @param token random secret of the session; never logged
 */
public record TransferTicket(String host, int controlPort, int dataPort, String token) {
  /** Without the token, because tickets end up in log lines. */
  @Override
  public String toString() {
    return "TransferTicket[" + host + ":" + controlPort + "/" + dataPort + "]";
  }
}
