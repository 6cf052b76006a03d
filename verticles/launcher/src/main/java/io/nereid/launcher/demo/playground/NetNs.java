package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Work inside another network namespace of this machine, without another process: a thread of its
 * own enters the namespace and ends there. A socket made by it stays in that namespace, whichever
 * thread uses it later.
 *
 * <p>The calls are setns(2) and open(2); both need root.
 */
public final class NetNs {
  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      function("open", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final MethodHandle SETNS =
      function("setns", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle CLOSE =
      function("close", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

  private NetNs() {}

  /**
   * Does something in a namespace and returns its result.
   *
   * @param namespace a file that names it, for example below /run/netns
   * @throws IOException when the namespace cannot be entered, or of the work itself
   */
  public static <T> T call(Path namespace, Callable<T> work) throws IOException {
    CompletableFuture<T> result = new CompletableFuture<>();
    // A platform thread, because setns(2) changes the kernel's thread; never reused, so that the
    // namespace does not leak into other work.
    Thread.ofPlatform()
        .name("netns-" + namespace.getFileName())
        .daemon()
        .start(() -> {
          try {
            enter(namespace);
            result.complete(work.call());
          } catch (Throwable t) {
            result.completeExceptionally(t);
          }
        });
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw new IOException("in " + namespace + ": " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while working in " + namespace, e);
    }
  }

  private static void enter(Path namespace) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int fd = (int) OPEN.invoke(state, arena.allocateFrom(namespace.toString()), O_RDONLY_CLOEXEC);
      if (fd < 0) {
        throw failed("open", state);
      }
      int entered = (int) SETNS.invoke(state, fd, CLONE_NEWNET);
      IOException failure = entered < 0 ? failed("setns", state) : null;
      int closed = (int) CLOSE.invoke(state, fd);
      if (failure != null) {
        throw failure;
      }
      if (closed < 0) {
        throw failed("close", state);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IOException("cannot enter " + namespace, t);
    }
  }

  private static IOException failed(String call, MemorySegment state) {
    return new IOException(call + " failed with error number " + (int) ERRNO.get(state, 0L));
  }

  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, parameters),
        Linker.Option.captureCallState("errno"));
  }
}
