package io.nereid.domain.failure;

/** Carries a {@link Failure} through code that throws. */
public final class FailureException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Failure failure;

  public FailureException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  public FailureException(Failure failure, Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  /** What went wrong. */
  public Failure failure() {
    return failure;
  }

  /** The failure inside any throwable; an unexpected one becomes {@link FailureCode#INTERNAL}. */
  public static Failure failureOf(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof FailureException f) {
        return f.failure();
      }
      if (t instanceof io.nereid.domain.id.InvalidIdException invalid) {
        return Failure.refused(FailureCode.BAD_REQUEST, invalid.getMessage(), "");
      }
      if (t.getCause() == t) {
        break;
      }
    }
    return Failure.unknown(
        FailureCode.INTERNAL,
        "unexpected " + thrown.getClass().getSimpleName() + ": " + thrown.getMessage(),
        "look at the daemon's log; this is a defect of Nereid");
  }
}
