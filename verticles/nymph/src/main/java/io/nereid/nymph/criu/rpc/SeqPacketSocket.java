package io.nereid.nymph.criu.rpc;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * A connected SOCK_SEQPACKET unix socket. Every call blocks the thread for at most the limit given
 * at {@link #connect}; never use it on an event loop. Not thread-safe. All failures are {@link
 * FailureException}s: UNREACHABLE, TIMEOUT, CONNECTION_LOST or PROTOCOL.
 */
final class SeqPacketSocket implements AutoCloseable {
  /** The kernel's sun_path has 108 bytes with the closing zero. */
  static final int PATH_BYTES_MAX = 107;

  private static final int INTERRUPTS_MAX = 16;
  private static final int TIMEVAL_BYTES = 16;
  private static final int MICROS_PER_SECOND = 1_000_000;
  private final LibC c;
  private final Path path;
  private int fd;
  private Duration limit;

  private SeqPacketSocket(LibC c, Path path, int fd, Duration limit) {
    this.c = c;
    this.path = path;
    this.fd = fd;
    this.limit = limit;
  }

  static SeqPacketSocket connect(Path path, Duration limit) {
    byte[] address = address(path);
    LibC c = LibC.get();
    int fd = c.socket(LibC.AF_UNIX, LibC.SOCK_SEQPACKET_CLOEXEC, 0);
    if (fd < 0) {
      throw failed(FailureCode.INTERNAL, "no socket could be made: " + Errno.text(Errno.last()));
    }
    var socket = new SeqPacketSocket(c, path, fd, limit);
    try {
      socket.receiveWithin(limit);
      socket.option(LibC.SO_SNDTIMEO, limit);
      if (c.connect(fd, address, address.length) < 0) {
        throw failed(
            FailureCode.UNREACHABLE,
            "no connection to '" + path + "': " + Errno.text(Errno.last()));
      }
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** The kernel's form of an address; refuses what it would cut. */
  static byte[] address(Path path) {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || name.length > PATH_BYTES_MAX) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "the socket path '"
                  + path
                  + "' has "
                  + name.length
                  + " bytes; a unix socket's has 1 to "
                  + PATH_BYTES_MAX,
              "choose a shorter directory"));
    }
    return ByteBuffer.allocate(Short.BYTES + name.length + 1)
        .order(ByteOrder.nativeOrder())
        .putShort((short) LibC.AF_UNIX)
        .put(name)
        .array();
  }

  /** Changes how long {@link #receive} waits. */
  void receiveWithin(Duration newLimit) {
    limit = newLimit;
    option(LibC.SO_RCVTIMEO, newLimit);
  }

  private void option(int option, Duration value) {
    ByteBuffer timeval = ByteBuffer.allocate(TIMEVAL_BYTES).order(ByteOrder.nativeOrder());
    // Zero would mean for ever.
    long micros = Math.max(1, value.toNanos() / 1_000);
    timeval.putLong(micros / MICROS_PER_SECOND).putLong(micros % MICROS_PER_SECOND);
    if (c.setsockopt(fd, LibC.SOL_SOCKET, option, timeval.array(), TIMEVAL_BYTES) < 0) {
      throw failed(FailureCode.INTERNAL, "no time limit on a socket: " + Errno.text(Errno.last()));
    }
  }

  /** Sends one message. */
  void send(byte[] message) {
    for (int i = 0; i < INTERRUPTS_MAX; i++) {
      long sent = c.send(fd, message, message.length, LibC.MSG_NOSIGNAL);
      if (sent == message.length) {
        return;
      }
      int errno = sent < 0 ? Errno.last() : 0;
      if (errno == LibC.EAGAIN) {
        throw failed(FailureCode.TIMEOUT, "'" + path + "' took no message within " + limit);
      }
      if (errno != LibC.EINTR) {
        throw failed(
            FailureCode.CONNECTION_LOST, "sending to '" + path + "': " + Errno.text(errno));
      }
    }
    throw failed(FailureCode.TIMEOUT, "sending to '" + path + "' was interrupted again and again");
  }

  /**
   * One message; empty at the end of the connection.
   *
   * @param bytesMax a longer one is refused with PROTOCOL, never cut
   */
  Optional<byte[]> receive(int bytesMax) {
    byte[] buffer = new byte[bytesMax];
    for (int i = 0; i < INTERRUPTS_MAX; i++) {
      long length = c.recv(fd, buffer, buffer.length, LibC.MSG_TRUNC);
      if (length > bytesMax) {
        throw failed(
            FailureCode.PROTOCOL,
            "a message of " + length + " bytes came, more than the " + bytesMax + " allowed");
      }
      if (length >= 0) {
        return length == 0 ? Optional.empty() : Optional.of(Arrays.copyOf(buffer, (int) length));
      }
      int errno = Errno.last();
      if (errno == LibC.EAGAIN) {
        throw failed(FailureCode.TIMEOUT, "no answer from '" + path + "' within " + limit);
      }
      if (errno != LibC.EINTR) {
        throw failed(
            FailureCode.CONNECTION_LOST, "receiving from '" + path + "': " + Errno.text(errno));
      }
    }
    throw failed(FailureCode.TIMEOUT, "receiving was interrupted again and again");
  }

  /** Whether something lies there to be read, without waiting. */
  boolean somethingCame() {
    return c.recv(fd, new byte[1], 1, LibC.MSG_DONTWAIT) > 0;
  }

  @Override
  public void close() {
    if (fd >= 0) {
      c.close(fd);
      fd = -1;
    }
  }

  private static FailureException failed(FailureCode code, String message) {
    return new FailureException(Failure.of(code, message, ""));
  }
}
