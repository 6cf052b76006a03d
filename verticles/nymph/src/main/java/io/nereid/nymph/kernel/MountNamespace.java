package io.nereid.nymph.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;

/**
 * Replaces a file that is mounted in the mount namespace of another process. The new one comes from
 * this namespace as a mount that is attached nowhere, so that nothing else of this host is ever
 * visible there; the place is resolved there, so that nothing in that namespace can lead out of it.
 *
 * <p>Sources: open_tree(2), move_mount(2), mount_setattr(2), setns(2), mount_namespaces(7). Needs
 * Linux 5.12.
 */
public final class MountNamespace {
  private static final long OPEN_TREE = 428;
  private static final long MOVE_MOUNT = 429;
  private static final long MOUNT_SETATTR = 442;
  private static final int CLONE_FS = 0x200;
  private static final int CLONE_NEWNS = 0x20000;
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int CLONED_CLOEXEC = 1 | 02000000;
  private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
  private static final int DETACH_NOFOLLOW = 2 | 8;
  private static final long READ_ONLY_NO_SUID_NO_DEVICES_NO_PROGRAMS = 1 | 2 | 4 | 8;
  private static final int ATTRIBUTES_BYTES = 32;
  private static final int MOUNTS_BYTES_MAX = 1 << 20;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle UNSHARE =
      ints("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SETNS =
      ints("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle UMOUNT2 =
      ints("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  private MountNamespace() {}

  private static MethodHandle ints(String name, FunctionDescriptor types) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), types, Linker.Option.captureCallState("errno"));
  }

  /**
   * Replaces what is mounted at a place. The new mount is read-only, without devices, programs and
   * set-user-id.
   *
   * @param process whose namespace is meant; must not be this one's own
   * @param source the new file, of this namespace
   * @param place absolute path there
   * @param wanted is shown the process's mounts (mountinfo, Latin-1); false: nothing is done
   * @return whether it was replaced
   */
  public static boolean replace(int process, Path source, String place, Predicate<String> wanted)
      throws IOException {
    if (!Kernel.isUsable()) {
      throw new IOException("mounts in running containers are replaced on x86-64 only");
    }
    int pidfd = (int) Kernel.call("pidfd_open", Kernel.PIDFD_OPEN, process, 0, 0, 0);
    try {
      Path proc = Path.of("/proc", Integer.toString(process));
      Path ours = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"));
      if (Files.readSymbolicLink(proc.resolve("ns/mnt")).equals(ours)) {
        return false;
      }
      // Of the same process as the pidfd: that is entered below only while it lives.
      String mounts;
      try (var in = Files.newInputStream(proc.resolve("mountinfo"))) {
        mounts = new String(in.readNBytes(MOUNTS_BYTES_MAX), StandardCharsets.ISO_8859_1);
      }
      if (!wanted.test(mounts)) {
        return false;
      }
      replaceThere(pidfd, source, place);
      return true;
    } finally {
      Kernel.close(pidfd);
    }
  }

  private static void replaceThere(int pidfd, Path source, String place) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment file = arena.allocateFrom(source.toString());
      MemorySegment there = arena.allocateFrom(place);
      MemorySegment nothing = arena.allocateFrom("");
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_LONG, 0, READ_ONLY_NO_SUID_NO_DEVICES_NO_PROGRAMS);
      MemorySegment state = arena.allocate(STATE);
      int tree = (int) call("open_tree", OPEN_TREE, AT_FDCWD, file.address(), CLONED_CLOEXEC, 0, 0);
      try {
        call(
            "mount_setattr",
            MOUNT_SETATTR,
            tree,
            nothing.address(),
            AT_EMPTY_PATH,
            attributes.address(),
            ATTRIBUTES_BYTES);
        onThreadOfItsOwn(() -> {
          // A mount namespace brings a root directory, which no two threads may share then.
          check("unshare", (int) UNSHARE.invokeExact(state, CLONE_FS), state);
          check("setns", (int) SETNS.invokeExact(state, pidfd, CLONE_NEWNS), state);
          check("umount", (int) UMOUNT2.invokeExact(state, there, DETACH_NOFOLLOW), state);
          call(
              "move_mount",
              MOVE_MOUNT,
              tree,
              nothing.address(),
              AT_FDCWD,
              there.address(),
              MOVE_MOUNT_F_EMPTY_PATH);
        });
      } finally {
        Kernel.close(tree);
      }
    }
  }

  @FunctionalInterface
  private interface Work {
    void run() throws Throwable;
  }

  /** The thread that enters is used for nothing else, so no other code ever runs there. */
  private static void onThreadOfItsOwn(Work work) throws IOException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("enter-mountns")
        .start(() -> {
          try {
            work.run();
            done.complete(null);
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    try {
      done.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      // What it uses must not be closed before it has ended; it waits for nobody.
      done.handle((nothing, thrown) -> null).join();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static long call(String what, long number, long a, long b, long c, long d, long e)
      throws Kernel.Refused {
    long result = Kernel.raw(number, a, b, c, d, e);
    if (result < 0) {
      throw new Kernel.Refused(what, (int) -result);
    }
    return result;
  }

  private static void check(String what, int result, MemorySegment state) throws Kernel.Refused {
    if (result != 0) {
      throw new Kernel.Refused(what, (int) ERRNO.get(state, 0L));
    }
  }
}
