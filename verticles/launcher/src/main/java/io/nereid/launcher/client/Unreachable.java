package io.nereid.launcher.client;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import java.nio.file.Files;
import java.util.List;

/** Says why nobody could be asked, and what to start. */
final class Unreachable {
  private Unreachable() {}

  static Failure failure(Endpoint endpoint, Exception cause) {
    String why = reason(endpoint, cause);
    boolean forbidden = why.contains("ermission");
    String remedy =
        forbidden
            ? "only root may open the daemon's socket: try again with sudo"
            : "start the daemon of this host with 'nereid up' (as root), or name another with"
                + " --host or NEREID_HOST";
    return Failure.refused(FailureCode.UNREACHABLE, "no daemon answers at " + endpoint, remedy)
        .withEvidence(List.of(why));
  }

  private static String reason(Endpoint endpoint, Exception cause) {
    if (endpoint instanceof Endpoint.Unix unix && Files.notExists(unix.path())) {
      return unix.path() + " does not exist";
    }
    if (cause instanceof java.nio.channels.UnresolvedAddressException) {
      return "the host's name cannot be resolved";
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
