package io.nereid.nymph.criu;

import com.google.protobuf.InvalidProtocolBufferException;
import io.nereid.nymph.criu.rpc.wire.Opts;
import io.nereid.nymph.criu.rpc.wire.Req;
import io.nereid.nymph.criu.rpc.wire.ReqType;
import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runc has asked of a CRIU that is held back: it waits in a socket, and can still be changed.
 *
 * <p>runc asks for a log with every detail, which for a process with scattered memory is longer in
 * the writing than all the rest of a dump; no file of settings can say otherwise. So the request is
 * taken out at CRIU's end of the socket and put in again at runc's, with errors and warnings only.
 * Nothing is taken before it is certain where to put it. Whoever fails half way through makes the
 * run fail, before CRIU has done anything.
 *
 * <p>Sources: unix(7), pidfd_getfd(2); the request: CRIU, images/rpc.proto.
 */
final class HeldRequest {
  private static final Logger LOG = LoggerFactory.getLogger(HeldRequest.class);

  /** Where runc gives CRIU its end. */
  private static final int CRIU_END = 3;

  /** Errors and warnings; criu/include/log.h. */
  private static final int LEVEL = 2;

  private static final int BYTES_MAX = 1 << 20;
  private static final Duration ASKED_WITHIN = Duration.ofMillis(300);
  private static final Duration LOOK = Duration.ofMillis(1);
  private static final long PEEK_AT_ONCE = 0x2 | 0x40;
  private static final long AT_ONCE = 0x40;
  private static final long AT_ONCE_WITHOUT_SIGNAL = 0x40 | 0x4000;
  private static final long UNREAD = 0x5411;

  private HeldRequest() {}

  /** Changes it, if it is there and such as it should be; otherwise nothing has happened. */
  static void quieten(int criu) {
    if (!Kernel.isUsable()) {
      return;
    }
    try {
      int runc = parent(criu);
      int criuEnd = Kernel.descriptorOf(criu, CRIU_END);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(BYTES_MAX, 8);
        Optional<byte[]> quiet = await(criuEnd, buffer).flatMap(HeldRequest::quieter);
        Optional<Integer> runcEnd = quiet.isEmpty() ? Optional.empty() : sender(runc, criu, buffer);
        if (runcEnd.isPresent()) {
          try {
            exchange(criuEnd, runcEnd.get(), quiet.get(), buffer);
          } finally {
            Kernel.close(runcEnd.get());
          }
        }
      } finally {
        Kernel.close(criuEnd);
      }
    } catch (IOException e) {
      LOG.info("CRIU writes a log with every detail: {}", e.getMessage());
    }
  }

  private static void exchange(int criuEnd, int runcEnd, byte[] quiet, MemorySegment buffer)
      throws IOException {
    receive(criuEnd, buffer, AT_ONCE);
    if (unread(runcEnd, buffer) != 0) {
      throw new IOException("a request was taken that came from somebody else");
    }
    MemorySegment.copy(quiet, 0, buffer, ValueLayout.JAVA_BYTE, 0, quiet.length);
    Kernel.call(
        "sendto", Kernel.SENDTO, runcEnd, buffer.address(), quiet.length, AT_ONCE_WITHOUT_SIGNAL);
  }

  private static int parent(int process) throws IOException {
    return ProcessHandle.of(process)
        .flatMap(ProcessHandle::parent)
        .map(parent -> (int) parent.pid())
        .orElseThrow(() -> new IOException("process " + process + " has no parent"));
  }

  /** runc starts CRIU first, and asks then. */
  private static Optional<byte[]> await(int criuEnd, MemorySegment buffer) throws IOException {
    long until = System.nanoTime() + ASKED_WITHIN.toNanos();
    while (true) {
      Optional<byte[]> there = receive(criuEnd, buffer, PEEK_AT_ONCE);
      if (there.isPresent() || System.nanoTime() > until) {
        return there;
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private static Optional<byte[]> receive(int fd, MemorySegment buffer, long flags)
      throws IOException {
    long length = Kernel.raw(Kernel.RECVFROM, fd, buffer.address(), BYTES_MAX, flags);
    if (length == -Kernel.EAGAIN) {
      return Optional.empty();
    }
    if (length <= 0 || length == BYTES_MAX) {
      throw new IOException("a request of " + length + " bytes");
    }
    return Optional.of(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  /** The same request for less of a log; empty when it is not one to dump or to restore. */
  static Optional<byte[]> quieter(byte[] request) {
    try {
      Req asked = Req.parseFrom(request);
      boolean work = asked.getType() == ReqType.DUMP || asked.getType() == ReqType.RESTORE;
      if (!work || !asked.hasOpts() || asked.getOpts().getLogLevel() <= LEVEL) {
        return Optional.empty();
      }
      Opts quiet = asked.getOpts().toBuilder().setLogLevel(LEVEL).build();
      return Optional.of(asked.toBuilder().setOpts(quiet).build().toByteArray());
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** runc's socket from which something has not been read yet, if it is just one. */
  private static Optional<Integer> sender(int runc, int criu, MemorySegment buffer)
      throws IOException {
    Path criuEnd = Path.of("/proc", Integer.toString(criu), "fd", Integer.toString(CRIU_END));
    Map<String, Integer> sockets = sockets(runc);
    sockets.remove(Files.readSymbolicLink(criuEnd).toString());
    int found = -1;
    for (int number : sockets.values()) {
      int copy = Kernel.descriptorOf(runc, number);
      if (unread(copy, buffer) <= 0) {
        Kernel.close(copy);
      } else if (found >= 0) {
        Kernel.close(copy);
        Kernel.close(found);
        throw new IOException("runc has several requests under way");
      } else {
        found = copy;
      }
    }
    return found < 0 ? Optional.empty() : Optional.of(found);
  }

  private static Map<String, Integer> sockets(int process) throws IOException {
    Map<String, Integer> sockets = new HashMap<>();
    Path all = Path.of("/proc", Integer.toString(process), "fd");
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(all)) {
      for (Path one : descriptors) {
        String target = Files.readSymbolicLink(one).toString();
        if (target.startsWith("socket:")) {
          sockets.put(target, Integer.parseInt(one.getFileName().toString()));
        }
      }
    }
    return sockets;
  }

  /** How much of what was sent nobody has read; negative when it is not such a socket. */
  private static long unread(int fd, MemorySegment buffer) {
    long error = Kernel.raw(Kernel.IOCTL, fd, UNREAD, buffer.address(), 0);
    return error < 0 ? error : buffer.get(ValueLayout.JAVA_INT, 0);
  }
}
