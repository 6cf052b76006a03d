package io.nereid.nymph.track;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Has a process make a userfaultfd of its own memory, takes a copy of it and has the process close
 * its own: one task of it is stopped for well below a millisecond.
 *
 * <p>Sources: userfaultfd(2), vdso(7), rseq's struct rseq_cs in the kernel's linux/rseq.h.
 */
final class Injection {
  private static final Duration STOP_LIMIT = Duration.ofMillis(200);
  private static final int TRIES = 5;
  private static final int TASKS_MAX = 64;
  private static final long O_CLOEXEC = 02000000;

  /** What needs no privilege of the process. Nobody is ever asked to resolve a fault anyway. */
  private static final long USER_MODE_ONLY = 1;

  private static final long PIDFD_THREAD = 0200;
  private static final int VDSO_BYTES_MAX = 64 << 10;
  private static final int RSEQ_CS_OFFSET = 8;

  /** Waiting in one of these goes on after an interruption as if there had been none. */
  private static final Set<String> RESTARTED =
      Set.of("0", "7", "23", "34", "35", "61", "130", "202", "230", "247", "270", "271");

  private static final List<String> CGROUPS = List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified");

  private final Path proc = Path.of("/proc");

  private record Task(int tid, boolean filtered, int rank) {}

  /** Returns the descriptor, now one of this process. */
  int descriptor(int pid) throws IOException {
    Path process = proc.resolve(Integer.toString(pid));
    IOException last = new IOException("it has no task that could be used");
    for (int i = 0; i < TRIES; i++) {
      for (Task task : tasks(process)) {
        try {
          return descriptor(process, pid, task);
        } catch (StoppedTask.Unusable e) {
          last = e;
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
    throw last;
  }

  private static List<Task> tasks(Path process) throws IOException {
    List<Task> tasks = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path one : all) {
        if (tasks.size() == TASKS_MAX) {
          break;
        }
        task(one, tasks);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    tasks.sort(Comparator.comparingInt(Task::rank));
    return tasks;
  }

  private static void task(Path directory, List<Task> tasks) {
    try {
      String status = read(directory.resolve("status"));
      String state = field(status, "State");
      boolean usable =
          (state.startsWith("S") || state.startsWith("R"))
              && field(status, "TracerPid").equals("0");
      if (usable && !isFrozen(directory)) {
        String call = read(directory.resolve("syscall")).split(" ")[0].strip();
        int rank = RESTARTED.contains(call) ? 0 : call.equals("running") ? 1 : 2;
        tasks.add(
            new Task(
                Integer.parseInt(directory.getFileName().toString()),
                !field(status, "Seccomp").equals("0"),
                rank));
      }
    } catch (IOException | NumberFormatException e) {
      // It has ended.
      return;
    }
  }

  /** One that is frozen by version 2 looks as if it slept, and would not make a call. */
  private static boolean isFrozen(Path directory) throws IOException {
    for (String line : read(directory.resolve("cgroup")).split("\n")) {
      if (line.startsWith("0::/")) {
        for (String root : CGROUPS) {
          Path events = Path.of(root, line.substring(3), "cgroup.events");
          if (Files.exists(events) && read(events).contains("frozen 1")) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  private static String field(String status, String name) {
    for (String line : status.split("\n")) {
      if (line.startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  private static int descriptor(Path process, int pid, Task task) throws IOException {
    try (Arena arena = Arena.ofConfined();
        RandomAccessFile memory = new RandomAccessFile(process.resolve("mem").toFile(), "r")) {
      long at = callInstruction(process, memory);
      long flags = task.tid() == pid ? 0 : PIDFD_THREAD;
      int pidfd = (int) Kernel.call("pidfd_open", Kernel.PIDFD_OPEN, task.tid(), flags, 0, 0);
      try {
        StoppedTask stopped = StoppedTask.stop(task.tid(), task.filtered(), STOP_LIMIT, arena);
        try {
          require(stopped, memory);
        } catch (IOException | RuntimeException e) {
          stopped.detach();
          throw e;
        }
        return descriptor(stopped, at, pidfd);
      } finally {
        Kernel.close(pidfd);
      }
    }
  }

  private static void require(StoppedTask task, RandomAccessFile memory) throws IOException {
    Registers registers = task.registers();
    if (!registers.isNative()) {
      throw new IOException("it is not a program of x86-64");
    }
    if (registers.isInItsCode() && isInRestartable(task, registers.instruction(), memory)) {
      throw new StoppedTask.Unusable("a task is in a restartable sequence");
    }
  }

  private static boolean isInRestartable(
      StoppedTask task, long instruction, RandomAccessFile memory) throws IOException {
    long area = task.restartable();
    if (area == 0) {
      return false;
    }
    long sequence = read(memory, area + RSEQ_CS_OFFSET, 8).getLong(0);
    if (sequence == 0) {
      return false;
    }
    // version, flags, start, length, where to go on when it was interrupted
    ByteBuffer description = read(memory, sequence, 32);
    long start = description.getLong(8);
    return instruction - start >= 0 && instruction - start < description.getLong(16);
  }

  private static int descriptor(StoppedTask task, long at, int pidfd) throws IOException {
    task.begin();
    long made;
    int copy = -1;
    IOException failed = null;
    try {
      made = task.call(at, Kernel.USERFAULTFD, O_CLOEXEC | USER_MODE_ONLY, 0, 0);
      if (made >= 0) {
        try {
          copy = Kernel.descriptorBy(pidfd, (int) made);
        } catch (Kernel.Refused e) {
          failed = e;
        }
        task.call(at, Kernel.CLOSE, made, 0, 0);
      }
    } finally {
      task.restore();
    }
    if (failed != null) {
      throw failed;
    }
    if (made < 0) {
      throw new Kernel.Refused("userfaultfd", (int) -made);
    }
    return Userfault.require(copy);
  }

  private static ByteBuffer read(RandomAccessFile memory, long address, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    memory.seek(address);
    memory.readFully(buffer.array());
    return buffer;
  }

  /** Finds an instruction in the code that the kernel maps into each process. */
  private static long callInstruction(Path process, RandomAccessFile memory) throws IOException {
    for (String line : Files.readAllLines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
      if (line.endsWith("[vdso]")) {
        int dash = line.indexOf('-');
        long start = Long.parseLong(line, 0, dash, 16);
        long end = Long.parseLong(line, dash + 1, line.indexOf(' '), 16);
        byte[] code = read(memory, start, (int) Math.min(VDSO_BYTES_MAX, end - start)).array();
        for (int i = 0; i + 1 < code.length; i++) {
          if (code[i] == 0x0f && code[i + 1] == 0x05) {
            return start + i;
          }
        }
      }
    }
    throw new IOException("it has no code of the kernel");
  }
}
