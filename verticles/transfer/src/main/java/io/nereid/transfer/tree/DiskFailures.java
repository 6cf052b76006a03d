package io.nereid.transfer.tree;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Path;

/** Says what a failed access to the disk means to a person. */
public final class DiskFailures {
  private DiskFailures() {}

  /** NO_SPACE when the disk is full, otherwise INTERNAL. */
  public static FailureException of(String doing, Path where, IOException e) {
    if (isNoSpace(e)) {
      return new FailureException(
          Failure.of(
              FailureCode.NO_SPACE,
              doing + ": no space left on the file system of " + where,
              "free some space there, or move the data directory to a larger file system"),
          e);
    }
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new FailureException(
        Failure.of(
            FailureCode.INTERNAL,
            doing + ": " + reason,
            "look at the file system of " + where + " and the daemon's log"),
        e);
  }

  /** True when the disk or a quota is full. */
  public static boolean isNoSpace(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof ErrnoException e) {
        return e.errno() == ErrnoException.ENOSPC || e.errno() == ErrnoException.EDQUOT;
      }
      String message = t.getMessage();
      // The JDK's own exceptions have the reason as text only.
      if (t instanceof IOException
          && message != null
          && (message.contains("No space left") || message.contains("quota exceeded"))) {
        return true;
      }
    }
    return false;
  }
}
