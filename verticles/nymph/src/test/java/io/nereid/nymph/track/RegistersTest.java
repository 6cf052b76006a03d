package io.nereid.nymph.track;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class RegistersTest {
  private static final int R10 = 7;
  private static final int RAX = 10;
  private static final int RDI = 14;
  private static final int ORIG_RAX = 15;
  private static final int RIP = 16;
  private static final int CS = 17;
  private static final long EPOLL_WAIT = 232;
  private static final long READ = 0;
  private static final long EINTR = -4;
  private static final long ERESTARTSYS = -512;

  private static Registers registers(long call, long result, long r10, long cs) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Registers.BYTES, 8);
      for (int i = 0; i < 27; i++) {
        memory.setAtIndex(JAVA_LONG, i, 1_000 + i);
      }
      memory.setAtIndex(JAVA_LONG, ORIG_RAX, call);
      memory.setAtIndex(JAVA_LONG, RAX, result);
      memory.setAtIndex(JAVA_LONG, R10, r10);
      memory.setAtIndex(JAVA_LONG, CS, cs);
      return Registers.read(memory);
    }
  }

  private static long[] values(Registers registers) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Registers.BYTES, 8);
      registers.write(memory);
      return memory.toArray(JAVA_LONG);
    }
  }

  @Test
  void onlyWhatACallNeedsIsChangedForIt() {
    Registers own = registers(READ, ERESTARTSYS, 0, 0x33);
    long[] before = values(own);
    long[] calling = values(own.calling(0x7000, 323, 1, 2, 3));
    assertThat(calling[RIP]).isEqualTo(0x7000);
    assertThat(calling[RAX]).isEqualTo(323);
    assertThat(calling[RDI]).isEqualTo(1);
    int changed = 0;
    for (int i = 0; i < 27; i++) {
      changed += before[i] == calling[i] ? 0 : 1;
    }
    assertThat(changed).isEqualTo(6);
  }

  @Test
  void theKernelDoesNotRestartTheInterruptedCallDuringOurs() {
    Registers own = registers(READ, ERESTARTSYS, 0, 0x33);
    assertThat(values(own.calling(0x7000, 323, 1, 2, 3))[ORIG_RAX]).isEqualTo(-1);
  }

  @Test
  void whatTheKernelRestartsIsGivenBackAsItWas() {
    Registers own = registers(READ, ERESTARTSYS, 0, 0x33);
    assertThat(own.goingOn()).isEqualTo(own);
  }

  @Test
  void waitingForEventsForEverIsRestartedUnlessAHandlerRuns() {
    Registers own = registers(EPOLL_WAIT, EINTR, 0xffffffffL, 0x33);
    assertThat(own.goingOn().result()).isEqualTo(-514);
  }

  @Test
  void waitingForEventsWithATimeLimitEndsAsAfterAnyFreeze() {
    Registers own = registers(EPOLL_WAIT, EINTR, 100, 0x33);
    assertThat(own.goingOn()).isEqualTo(own);
  }

  @Test
  void aWaitThatHasEndedWithEventsKeepsThem() {
    Registers own = registers(EPOLL_WAIT, 3, -1, 0x33);
    assertThat(own.goingOn()).isEqualTo(own);
  }

  @Test
  void programsOfThirtyTwoBitsAreToldApart() {
    assertThat(registers(READ, 0, 0, 0x33).isNative()).isTrue();
    assertThat(registers(READ, 0, 0, 0x23).isNative()).isFalse();
  }
}
