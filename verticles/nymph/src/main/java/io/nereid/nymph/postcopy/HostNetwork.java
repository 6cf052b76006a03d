package io.nereid.nymph.postcopy;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Makes a socket in another network namespace than the program's: a socket belongs to the one in
 * which its thread was when it was made. Source: setns(2), network_namespaces(7).
 */
final class HostNetwork {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int READ_ONLY = 0;
  private static final int BACKLOG = 8;

  private HostNetwork() {}

  /**
   * Listens at any free port.
   *
   * @param namespace file of a network namespace
   */
  static ServerSocket listen(Path namespace, InetAddress at) throws IOException {
    CompletableFuture<ServerSocket> made = new CompletableFuture<>();
    // The thread stays there, so it is one that does nothing else.
    Thread.ofPlatform()
        .name("host-network")
        .start(() -> {
          try {
            enter(namespace);
            ServerSocket socket = new ServerSocket();
            socket.bind(new InetSocketAddress(at, 0), BACKLOG);
            made.complete(socket);
          } catch (Throwable e) {
            made.completeExceptionally(e);
          }
        });
    try {
      return made.get();
    } catch (ExecutionException e) {
      throw new IOException("cannot listen at " + at + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void enter(Path namespace) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle open =
        linker.downcallHandle(
            linker.defaultLookup().find("open").orElseThrow(),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    MethodHandle setns =
        linker.downcallHandle(
            linker.defaultLookup().find("setns").orElseThrow(),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(namespace.toString());
      int file = (int) open.invokeExact(name, READ_ONLY);
      if (file < 0 || (int) setns.invokeExact(file, CLONE_NEWNET) != 0) {
        throw new IOException("cannot enter " + namespace);
      }
    }
  }
}
