package io.nereid.nymph.criu.rpc;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * The C library's calls that a SEQPACKET socket needs; the JDK has no such channel. Public only
 * because the binding is generated outside this package. Numbers are those of Linux on x86-64 and
 * ARM64.
 */
public interface LibC {
  /** Address family of unix sockets. */
  int AF_UNIX = 1;

  /** Keeps the boundaries of messages, SOCK_CLOEXEC added. */
  int SOCK_SEQPACKET_CLOEXEC = 5 | 0x80000;

  /** SOL_SOCKET. */
  int SOL_SOCKET = 1;

  /** SO_RCVTIMEO, a timeval. */
  int SO_RCVTIMEO = 20;

  /** SO_SNDTIMEO, a timeval; also bounds connect. */
  int SO_SNDTIMEO = 21;

  /** Reports the length that the message had, not the part that fitted. */
  int MSG_TRUNC = 0x20;

  /** Only look whether there is something. */
  int MSG_DONTWAIT = 0x40;

  /** An error instead of a signal when the peer is gone. */
  int MSG_NOSIGNAL = 0x4000;

  /** O_RDONLY, O_DIRECTORY and O_CLOEXEC of x86-64. */
  int O_DIRECTORY_X86 = 0x10000 | 0x80000;

  /** O_RDONLY, O_DIRECTORY and O_CLOEXEC of ARM64. */
  int O_DIRECTORY_ARM = 0x4000 | 0x80000;

  int EINTR = 4;
  int EAGAIN = 11;

  int socket(int domain, int type, int protocol);

  int connect(int fd, @In byte[] address, int length);

  int setsockopt(int fd, int level, int option, @In byte[] value, int length);

  @ssize_t
  long send(int fd, @In byte[] bytes, @size_t long length, int flags);

  @ssize_t
  long recv(int fd, @Out byte[] bytes, @size_t long length, int flags);

  int open(@In byte[] path, int flags);

  int close(int fd);

  /** The binding, made at the first use; UNSUPPORTED where its native part cannot be loaded. */
  static LibC get() {
    try {
      return Holder.INSTANCE;
    } catch (LinkageError e) {
      // The native part is unpacked into the temporary directory, which may forbid programs.
      throw new FailureException(
          Failure.of(
              FailureCode.UNSUPPORTED,
              "the C library cannot be called: " + e,
              "let java.io.tmpdir name a directory on a file system without 'noexec'"),
          e);
    }
  }

  /** Defers loading. */
  final class Holder {
    static final LibC INSTANCE = LibraryLoader.create(LibC.class).failImmediately().load("c");

    private Holder() {}
  }
}
