package io.nereid.nymph.track;

import io.nereid.nymph.kernel.Kernel;
import io.nereid.process.SystemProcessRunner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stops tasks of containers and has them make calls: a program of its own, so that a daemon that is
 * killed or replaced in the middle of it breaks nothing. Does one thing at a time, on one thread,
 * and does not end while a task is stopped, except by SIGKILL. Ends with its input.
 *
 * <p>First it tries everything on a process of its own, many times: so it is known to work here,
 * and all of its code has been loaded, when a container's task is stopped.
 *
 * <p>Says {@code ready}, or {@code no} and why. Then takes {@code track PID} and answers {@code fd
 * N}, a descriptor of this process that can be copied, or {@code no} and why; and {@code done N},
 * which closes it.
 */
public final class InjectorProgram {
  private static final int PRACTICE = 25;

  private final Injection injection = new Injection();
  private final ReentrantLock lock = new ReentrantLock();

  private InjectorProgram() {}

  /** Runs it. */
  public static void main(String[] arguments) throws IOException {
    InjectorProgram program = new InjectorProgram();
    // Never unlocked: after a signal to end, nothing new begins.
    Runtime.getRuntime().addShutdownHook(new Thread(program.lock::lock));
    try {
      program.practise();
    } catch (IOException | RuntimeException e) {
      say("no " + e.getMessage());
      return;
    }
    say("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      int number = Integer.parseInt(words[1]);
      if (words[0].equals("done")) {
        Kernel.close(number);
      } else if (!program.track(number)) {
        return;
      }
    }
  }

  private static void say(String line) {
    System.out.println(line.replace('\n', ' '));
    System.out.flush();
  }

  private boolean track(int pid) {
    try {
      say("fd " + descriptor(pid));
      return true;
    } catch (StoppedTask.DoesNotStop e) {
      say("no " + e.getMessage());
      return false;
    } catch (IOException | RuntimeException e) {
      say("no " + e.getMessage());
      return true;
    }
  }

  private int descriptor(int pid) throws IOException {
    lock.lock();
    try {
      return injection.descriptor(pid);
    } finally {
      lock.unlock();
    }
  }

  /** On a process that answers each line with the same line. */
  private void practise() throws IOException {
    // Not our child: the JDK waits for children, and would take what ptrace has to say of them.
    Process parent =
        SystemProcessRunner.ofThisHost()
            .launch(
                List.of("sh", "-c", "exec 3<&0; cat <&3 & echo $!; wait"),
                Map.of(),
                Optional.empty(),
                true);
    try (BufferedReader out = parent.inputReader(StandardCharsets.US_ASCII);
        var in = parent.outputWriter(StandardCharsets.US_ASCII)) {
      String first = out.readLine();
      if (first == null) {
        throw new IOException("a process to practise on did not start");
      }
      int pid = Integer.parseInt(first);
      for (int i = 0; i < PRACTICE; i++) {
        int fd = descriptor(pid);
        try {
          Userfault.begin(fd);
        } finally {
          Kernel.close(fd);
        }
        in.write(i + "\n");
        in.flush();
        if (!Integer.toString(i).equals(out.readLine())) {
          throw new IOException("a process was disturbed by being stopped");
        }
      }
    }
  }
}
