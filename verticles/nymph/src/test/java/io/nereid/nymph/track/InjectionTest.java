package io.nereid.nymph.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.nymph.kernel.Kernel;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes do not notice that a task of theirs was stopped, whatever they are doing. */
class InjectionTest {
  private static final int TIMES = 20;
  private Subject subject;
  private Injector injector;

  @BeforeEach
  void start() throws IOException {
    Subject.requireHere();
    subject = new Subject();
    injector = Injector.start(SystemProcessRunner.ofThisHost());
  }

  @AfterEach
  void end() {
    if (injector != null) {
      injector.close();
    }
    if (subject != null) {
      subject.close();
    }
  }

  private void inject() throws IOException {
    int fd = injector.userfault(subject.pid());
    Kernel.close(fd);
  }

  private void whileIn(int call) throws IOException {
    await()
        .pollDelay(5, TimeUnit.MILLISECONDS)
        .pollInterval(5, TimeUnit.MILLISECONDS)
        .until(() -> {
          // Once interrupted, some go on as restart_syscall.
          String now = Files.readString(subject.proc("syscall"));
          return now.startsWith(call + " ") || now.startsWith("219 ");
        });
    inject();
  }

  private void everyTimeIn(int call) throws IOException {
    for (int i = 0; i < TIMES; i++) {
      whileIn(call);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "35;q = (L * 2)(0, 600_000_000); r = libc.syscall(L(35), q, None)",
        "230;q = (L * 2)(0, 600_000_000); r = libc.clock_nanosleep(1, 0, q, None)",
        "7;r = libc.poll(None, 0, 600)",
        "271;q = (L * 2)(0, 600_000_000); r = libc.ppoll(None, 0, q, None)",
        "270;q = (L * 2)(0, 600_000_000); r = libc.pselect(0, None, None, None, q, None)",
        "202;w = ctypes.c_int(5); q = (L * 2)(0, 600_000_000);"
            + " r = libc.syscall(L(202), ctypes.byref(w), L(0), L(5), q) == -1"
            + " and ctypes.get_errno() == 110 and 0",
      })
  void aWaitLastsAsLongAsItWasToAndIsNotInterrupted(String what) throws IOException {
    int call = Integer.parseInt(what.substring(0, what.indexOf(';')));
    subject.begin(
        "t = time.monotonic(); "
            + what.substring(what.indexOf(';') + 1)
            + "; assert r == 0, (r, ctypes.get_errno()); t = time.monotonic() - t;"
            + " assert 0.59 < t < 3, t");
    for (int i = 0; i < 3; i++) {
      whileIn(call);
    }
    assertThat(subject.end()).isEqualTo("0");
  }

  @Test
  void readingGoesOn() throws IOException {
    everyTimeIn(0);
    assertThat(subject.tell("r = 42")).isEqualTo("42");
  }

  @Test
  void waitingForEventsForEverGoesOn() throws IOException {
    subject.tell("f = os.pipe(); e = libc.epoll_create1(0)");
    subject.tell(
        "ev = (ctypes.c_byte * 12)(1); assert libc.epoll_ctl(e, 1, f[0], ev) == 0;"
            + " os.fork() or (time.sleep(1.5), os.write(f[1], b'x'), os._exit(0))");
    subject.begin("r = libc.epoll_wait(e, (ctypes.c_byte * 120)(), 10, -1)");
    for (int i = 0; i < 3; i++) {
      inject();
    }
    assertThat(subject.end()).isEqualTo("1");
  }

  @Test
  void aSignalThatComesMeanwhileIsHandledAndEndsAPause() throws IOException, InterruptedException {
    subject.tell("n = []; signal.signal(10, lambda *x: n.append(1))");
    for (int i = 0; i < TIMES; i++) {
      // A signal that comes before it waits would be missed without any help of ours.
      subject.begin(
          "signal.pthread_sigmask(0, [10]); k = len(n); m = (L * 16)();"
              + " libc.sigsuspend(m); signal.pthread_sigmask(1, [10]); r = len(n) - k");
      await()
          .pollInterval(2, TimeUnit.MILLISECONDS)
          .until(() -> Files.readString(subject.proc("syscall")).startsWith("130 "));
      Thread signal =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  new ProcessBuilder("kill", "-USR1", Integer.toString(subject.pid()))
                      .start()
                      .waitFor();
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      for (int k = 0; k < 5; k++) {
        try {
          inject();
        } catch (Injector.No e) {
          assertThat(e).hasMessageContaining("signal");
        }
      }
      signal.join();
      assertThat(subject.end()).isEqualTo("1");
    }
  }

  @Test
  void aBusyProcessComputesWhatItWouldHave() throws IOException {
    subject.begin(
        "import functools;"
            + " r = functools.reduce(lambda x, i: (x * 31 + i) % 1000000007, range(3000000), 0)");
    for (int i = 0; i < 3 * TIMES; i++) {
      inject();
    }
    long wanted = 0;
    for (int i = 0; i < 3_000_000; i++) {
      wanted = (wanted * 31 + i) % 1_000_000_007;
    }
    assertThat(subject.end()).isEqualTo(Long.toString(wanted));
  }

  @Test
  void aSeccompFilterDoesNotSeeTheCalls() throws IOException {
    // Everything is allowed but userfaultfd and close, which kill.
    subject.tell(
        """
        import struct; ins = lambda c, jt, jf, k: struct.pack('HBBI', c, jt, jf, k); \
        code = ins(0x20, 0, 0, 0) + ins(0x15, 1, 0, 323) + ins(0x15, 0, 1, 3) \
        + ins(6, 0, 0, 0x80000000) + ins(6, 0, 0, 0x7fff0000); \
        buf = ctypes.create_string_buffer(code); \
        prog = struct.pack('HxxxxxxQ', 5, ctypes.addressof(buf)); \
        assert libc.prctl(38, 1, 0, 0, 0) == 0; \
        assert libc.prctl(22, 2, prog) == 0, ctypes.get_errno()\
        """);
    inject();
    assertThat(subject.tell("r = 7")).isEqualTo("7");
  }

  @Test
  void aProcessThatIsStoppedStaysStopped() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", Integer.toString(subject.pid())).start().waitFor();
    await().until(() -> Files.readString(subject.proc("status")).contains("T (stopped)"));
    assertThatThrownBy(this::inject).isInstanceOf(Injector.No.class);
    assertThat(Files.readString(subject.proc("status"))).contains("T (stopped)");
    new ProcessBuilder("kill", "-CONT", Integer.toString(subject.pid())).start().waitFor();
    assertThat(subject.tell("r = 8")).isEqualTo("8");
  }

  @Test
  void aProcessThatHasEndedIsRefusedAndOthersAreNot() throws IOException {
    assertThatThrownBy(() -> injector.userfault(0x3fff_fff0)).isInstanceOf(Injector.No.class);
    inject();
  }

  @Test
  void noDescriptorIsLeft() throws IOException {
    List<String> before = subject.descriptors();
    everyTimeIn(0);
    assertThat(subject.descriptors()).isEqualTo(before);
  }

  @Test
  void oneOfManyThreadsIsEnough() throws IOException {
    subject.tell(
        "ts = [threading.Thread(target=time.sleep, args=(30,), daemon=True) for i in range(20)];"
            + " [t.start() for t in ts]");
    for (int i = 0; i < TIMES; i++) {
      inject();
    }
    assertThat(subject.tell("r = sum(t.is_alive() for t in ts)")).isEqualTo("20");
  }
}
