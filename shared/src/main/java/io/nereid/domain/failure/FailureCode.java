package io.nereid.domain.failure;

/**
 * What went wrong, for programs. Each code has the process exit code and the HTTP status that the
 * edges use; both are documented in docs/failures.md.
 */
public enum FailureCode {
  BAD_REQUEST(2, 400),
  BUNDLE_INVALID(2, 422),
  CONFIG_INVALID(2, 400),
  NOT_FOUND(3, 404),
  UNKNOWN_NODE(3, 404),
  NAME_TAKEN(4, 409),
  ADDRESS_TAKEN(4, 409),
  BUSY(4, 409),
  WRONG_STATE(4, 409),
  SAME_NODE(4, 409),
  STALE_EPOCH(5, 409),
  STALE_TERM(5, 409),
  INCOMPATIBLE(6, 422),
  UNSUPPORTED(6, 422),
  NO_SPACE(7, 507),
  RUNTIME_FAILED(8, 500),
  CRIU_FAILED(8, 500),
  DIGEST_MISMATCH(9, 500),
  PROTOCOL(9, 502),
  CONNECTION_LOST(10, 502),
  NODE_LOST(10, 503),
  NO_LEADER(10, 503),
  TIMEOUT(11, 504),
  CANCELLED(12, 409),
  NEEDS_OPERATOR(13, 500),
  NOT_CONVERGING(14, 409),
  PAGES_LOST(15, 500),
  UNREACHABLE(69, 503),
  INTERNAL(70, 500);

  private final int exitCode;
  private final int httpStatus;

  FailureCode(int exitCode, int httpStatus) {
    this.exitCode = exitCode;
    this.httpStatus = httpStatus;
  }

  /** The exit code of the command line. */
  public int exitCode() {
    return exitCode;
  }

  /** The status of the HTTP API. */
  public int httpStatus() {
    return httpStatus;
  }
}
