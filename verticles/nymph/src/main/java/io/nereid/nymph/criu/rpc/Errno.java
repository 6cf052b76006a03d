package io.nereid.nymph.criu.rpc;

import jnr.ffi.Runtime;

/** The reason of the last failed call of the C library on this thread. */
final class Errno {
  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int EACCES = 13;
  private static final int EPIPE = 32;
  private static final int ENOTCONN = 107;
  private static final int ECONNRESET = 104;
  private static final int ECONNREFUSED = 111;

  private Errno() {}

  static int last() {
    return Runtime.getSystemRuntime().getLastError();
  }

  static String text(int errno) {
    return switch (errno) {
      case EPERM -> "operation not permitted";
      case ENOENT -> "no such file";
      case EACCES -> "permission denied";
      case EPIPE, ENOTCONN, ECONNRESET -> "the other end is gone";
      case ECONNREFUSED -> "nobody listens there";
      default -> "errno " + errno;
    };
  }
}
