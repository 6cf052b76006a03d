package io.nereid.nymph.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.nereid.nymph.kernel.NetworkNamespace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Sends and receives whole Ethernet frames at one device; the device may be in another network
 * namespace. Receiving blocks for at most {@link #RECEIVE_WAIT}. Not thread-safe, except that
 * sending and receiving may be done by two threads.
 *
 * <p>Source: packet(7).
 */
final class PacketSocket implements AutoCloseable {
  /** The longest time that {@link #receive} waits. */
  static final Duration RECEIVE_WAIT = Duration.ofMillis(20);

  /** Longer frames are cut; offloading can merge segments up to this size. */
  static final int FRAME_BYTES_MAX = 65_536 + 64;

  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_RCVBUF = 8;
  private static final short ETH_P_ALL = 3;
  private static final int SOCKADDR_LL_BYTES = 20;
  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;
  private static final byte PACKET_OUTGOING = 4;
  private static final int EAGAIN = 11;
  private static final int EINTR = 4;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle INDEX = call("if_nametoindex", JAVA_INT, ADDRESS);
  private static final MethodHandle BIND = call("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle OPTION =
      call("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SEND =
      call("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle RECEIVE =
      call("recvfrom", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);

  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(FRAME_BYTES_MAX);
  private final MemorySegment from = arena.allocate(SOCKADDR_LL_BYTES);
  private final MemorySegment fromBytes = arena.allocate(JAVA_INT);

  private PacketSocket(int fd) {
    this.fd = fd;
  }

  private static MethodHandle call(
      String name, java.lang.foreign.ValueLayout result, java.lang.foreign.ValueLayout... args) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, args),
        Linker.Option.captureCallState("errno"));
  }

  /** Opens a socket at a device of the namespace that we are in. */
  static PacketSocket at(String device) throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      return open(scratch, device);
    }
  }

  /** Opens a socket at a device of another namespace. */
  static PacketSocket in(Path namespace, String device) throws IOException {
    return NetworkNamespace.in(namespace, () -> at(device));
  }

  private static PacketSocket open(Arena scratch, String device) throws IOException {
    MemorySegment name = scratch.allocateFrom(device);
    int index = (int) check(scratch, "find device " + device, INDEX, name);
    if (index == 0) {
      throw new IOException("no network device " + device);
    }
    int fd = (int) check(scratch, "packet socket", SOCKET, AF_PACKET, SOCK_RAW_CLOEXEC, 0);
    PacketSocket socket = new PacketSocket(fd);
    try {
      MemorySegment size = scratch.allocateFrom(JAVA_INT, RECEIVE_BUFFER_BYTES);
      check(scratch, "receive buffer", OPTION, fd, SOL_SOCKET, SO_RCVBUF, size, 4);
      MemorySegment wait = scratch.allocate(16);
      wait.set(JAVA_LONG, 8, RECEIVE_WAIT.toNanos() / 1_000);
      check(scratch, "receive timeout", OPTION, fd, SOL_SOCKET, SO_RCVTIMEO, wait, 16);
      MemorySegment address = scratch.allocate(SOCKADDR_LL_BYTES, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, ETH_P_ALL);
      address.set(JAVA_INT, 4, index);
      check(scratch, "bind to " + device, BIND, fd, address, SOCKADDR_LL_BYTES);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends one frame. */
  void send(byte[] frame) throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment bytes = scratch.allocateFrom(JAVA_BYTE, frame);
      check(scratch, "send a frame", SEND, fd, bytes, (long) frame.length, 0);
    }
  }

  /**
   * The next frame that came in; empty when none came in time. Frames that went out are skipped.
   */
  Optional<byte[]> receive() throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(STATE);
      fromBytes.set(JAVA_INT, 0, SOCKADDR_LL_BYTES);
      long n = invoke(RECEIVE, state, fd, buffer, (long) FRAME_BYTES_MAX, 0, from, fromBytes);
      if (n < 0) {
        int errno = (int) ERRNO.get(state, 0L);
        if (errno == EAGAIN || errno == EINTR) {
          return Optional.empty();
        }
        throw new IOException("cannot receive frames: errno " + errno);
      }
      if (from.get(JAVA_BYTE, 10) == PACKET_OUTGOING) {
        return Optional.of(new byte[0]);
      }
      return Optional.of(buffer.asSlice(0, n).toArray(JAVA_BYTE));
    }
  }

  @Override
  public void close() {
    try (Arena scratch = Arena.ofConfined()) {
      invoke(CLOSE, scratch.allocate(STATE), fd);
    } finally {
      arena.close();
    }
  }

  private static long check(Arena scratch, String doing, MethodHandle call, Object... args)
      throws IOException {
    MemorySegment state = scratch.allocate(STATE);
    long result = invoke(call, state, args);
    if (result < 0) {
      throw new IOException("cannot " + doing + ": errno " + (int) ERRNO.get(state, 0L));
    }
    return result;
  }

  private static long invoke(MethodHandle call, MemorySegment state, Object... args) {
    Object[] all = new Object[args.length + 1];
    all[0] = state;
    System.arraycopy(args, 0, all, 1, args.length);
    try {
      return ((Number) call.invokeWithArguments(all)).longValue();
    } catch (Throwable e) {
      throw new IllegalStateException("a call into libc failed", e);
    }
  }
}
