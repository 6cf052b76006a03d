package io.nereid.transfer.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.MigrationId;
import io.nereid.port.SetLabel;
import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.wire.DataHello;
import io.nereid.transfer.wire.FrameException;
import io.nereid.transfer.wire.FrameHead;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
  private static final DataHello HELLO =
      new DataHello(MigrationId.random(), "token", SetLabel.AHEAD, 1);

  /** Remembers what came; keeps buffers when told to. */
  private static final class Recorder implements FrameAssembler.Sink {
    final List<String> seen = new ArrayList<>();
    final List<byte[]> kept = new ArrayList<>();
    final FrameBuffers buffers;
    final boolean keep;

    Recorder(FrameBuffers buffers, boolean keep) {
      this.buffers = buffers;
      this.keep = keep;
    }

    @Override
    public void greeting(DataHello hello) {
      seen.add("hello " + hello.equals(HELLO));
    }

    @Override
    public void content(FrameHead head, int[] ranges, byte[] data) {
      int hash = Arrays.hashCode(Arrays.copyOf(data, head.dataBytes()));
      seen.add(head.sequence() + ":" + Arrays.toString(ranges) + ":" + hash);
      if (keep) {
        kept.add(data);
      } else {
        buffers.giveBack(data);
      }
    }

    @Override
    public void withdrawn(FrameHead head, int[] ranges) {
      seen.add(head.sequence() + ":withdrawn:" + Arrays.toString(ranges));
    }
  }

  private static Buffer stream(long seed, int frames, List<String> expected) {
    Random random = new Random(seed);
    Buffer all = Buffer.buffer(HELLO.encode());
    expected.add("hello true");
    for (int i = 0; i < frames; i++) {
      boolean withdrawn = random.nextInt(5) == 0;
      int count = 1 + random.nextInt(4);
      int[] ranges = random.ints(2L * count).toArray();
      byte[] data = new byte[withdrawn ? 0 : 1 + random.nextInt(30_000)];
      random.nextBytes(data);
      int type = withdrawn ? FrameHead.WITHDRAWN : FrameHead.CHUNKS;
      all.appendBytes(new FrameHead(type, 0, count, i, data.length).encode(ranges));
      all.appendBytes(data);
      expected.add(
          i
              + ":"
              + (withdrawn ? "withdrawn:" : "")
              + Arrays.toString(ranges)
              + (withdrawn ? "" : ":" + Arrays.hashCode(data)));
    }
    return all;
  }

  @Property(tries = 100)
  void framesComeOutTheSameHoweverTheyAreCut(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5000) int pieceMax) throws Exception {
    List<String> expected = new ArrayList<>();
    Buffer all = stream(seed, 8, expected);
    FrameBuffers buffers = new FrameBuffers(1);
    Recorder recorder = new Recorder(buffers, false);
    FrameAssembler assembler = new FrameAssembler(recorder, buffers, () -> {});
    Random random = new Random(seed);
    for (int at = 0; at < all.length(); ) {
      int n = Math.min(all.length() - at, 1 + random.nextInt(pieceMax));
      assertThat(assembler.feed(Unpooled.wrappedBuffer(all.getBytes(at, at + n)))).isTrue();
      at += n;
    }
    assertThat(recorder.seen).isEqualTo(expected);
  }

  @Property(tries = 500)
  void randomBytesAreRefusedOrWaitedForButNeverTakeMoreThanOneBuffer(
      @ForAll @Size(max = 3000) byte[] bytes, @ForAll boolean afterGreeting) {
    FrameBuffers buffers = new FrameBuffers(1);
    FrameAssembler assembler = new FrameAssembler(new Recorder(buffers, true), buffers, () -> {});
    try {
      if (afterGreeting) {
        assembler.feed(Unpooled.wrappedBuffer(HELLO.encode()));
      }
      assembler.feed(Unpooled.wrappedBuffer(bytes));
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
    assembler.close();
  }

  @Test
  void withoutAFreeBufferItWaitsAndGoesOnWhereItStopped() throws Exception {
    List<String> expected = new ArrayList<>();
    Buffer all = stream(1, 3, expected);
    int[] called = {0};
    FrameBuffers buffers = new FrameBuffers(1);
    Recorder recorder = new Recorder(buffers, true);
    FrameAssembler assembler = new FrameAssembler(recorder, buffers, () -> called[0]++);
    boolean done = assembler.feed(Unpooled.wrappedBuffer(all.getBytes()));
    while (!done) {
      int before = called[0];
      buffers.giveBack(recorder.kept.removeLast());
      assertThat(called[0]).isEqualTo(before + 1);
      done = assembler.resume();
    }
    assertThat(recorder.seen).isEqualTo(expected);
  }

  @Test
  void closingGivesTheBufferBack() throws Exception {
    FrameBuffers buffers = new FrameBuffers(1);
    FrameAssembler assembler = new FrameAssembler(new Recorder(buffers, true), buffers, () -> {});
    assembler.feed(Unpooled.wrappedBuffer(HELLO.encode()));
    assembler.feed(
        Unpooled.wrappedBuffer(new FrameHead(FrameHead.CHUNKS, 0, 1, 0, 100).encode(new int[2])));
    assembler.feed(Unpooled.wrappedBuffer(new byte[50]));
    assertThat(buffers.take(() -> {})).isNull();
    assembler.close();
    assertThat(buffers.take(() -> {})).isNotNull();
  }
}
