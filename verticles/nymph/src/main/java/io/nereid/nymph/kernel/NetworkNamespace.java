package io.nereid.nymph.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.nereid.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Makes things in another network namespace: a socket belongs to the one in which its thread was
 * when it was made. On all architectures.
 *
 * <p>Sources: setns(2), network_namespaces(7).
 */
public final class NetworkNamespace {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int READ_ONLY_CLOEXEC = 02000000;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SETNS =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("setns"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private NetworkNamespace() {}

  /**
   * Does something there, and waits for it. The thread that enters is used for nothing else, so no
   * other code ever runs there.
   *
   * @param namespace file of a network namespace
   * @throws IOException when it cannot be entered, or what was done failed
   */
  public static <T> T in(Path namespace, Callable<T> work) throws IOException {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("enter-netns")
        .start(() -> {
          try {
            enter(namespace);
            done.complete(work.call());
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted in " + namespace, e);
    }
  }

  private static void enter(Path namespace) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment name = arena.allocateFrom(namespace.toString());
      int fd = (int) OPEN.invokeExact(state, name, READ_ONLY_CLOEXEC);
      if (fd < 0) {
        throw failed("open", namespace, state);
      }
      try {
        if ((int) SETNS.invokeExact(state, fd, CLONE_NEWNET) != 0) {
          throw failed("enter", namespace, state);
        }
      } finally {
        int ignored = (int) CLOSE.invokeExact(fd);
      }
    }
  }

  private static IOException failed(String doing, Path namespace, MemorySegment state) {
    int errno = (int) ERRNO.get(state, 0L);
    return new IOException("cannot " + doing + " " + namespace + ": " + Errno.text(errno));
  }
}
