package io.nereid.linux;

import java.io.IOException;

/** A system call that failed. The message names call, path and reason. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  /** No such file. */
  public static final int ENOENT = 2;

  /** Nothing there, as beyond the last data of a file. */
  public static final int ENXIO = 6;

  /** Something of that name is there already. */
  public static final int EEXIST = 17;

  /** On another file system. */
  public static final int EXDEV = 18;

  /** Not a directory. */
  public static final int ENOTDIR = 20;

  /** No space. */
  public static final int ENOSPC = 28;

  /** A symbolic link where none may be. */
  public static final int ELOOP = 40;

  /** No such attribute. */
  public static final int ENODATA = 61;

  /** The file system cannot do it. */
  public static final int EOPNOTSUPP = 95;

  /** Quota used up. */
  public static final int EDQUOT = 122;

  private final int errno;

  ErrnoException(String call, String path, int errno, String reason) {
    super(call + " " + path + ": " + reason);
    this.errno = errno;
  }

  /** The kernel's number for the reason. */
  public int errno() {
    return errno;
  }
}
