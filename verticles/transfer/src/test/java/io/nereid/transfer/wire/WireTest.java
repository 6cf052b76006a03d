package io.nereid.transfer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.MigrationId;
import io.nereid.port.SetLabel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WireTest {
  @Property(tries = 200)
  void aHeadSurvivesTheWire(
      @ForAll @IntRange(min = 1, max = 1024) int ranges,
      @ForAll @IntRange(max = 65535) int set,
      @ForAll @IntRange(min = 1, max = 1 << 20) int data,
      @ForAll int sequence)
      throws Exception {
    FrameHead head = new FrameHead(FrameHead.CHUNKS, set, ranges, sequence, data);
    byte[] bytes = head.encode(new int[2 * ranges]);
    assertThat(bytes).hasSize(FrameHead.BYTES + ranges * FrameHead.RANGE_BYTES);
    assertThat(FrameHead.decode(ByteBuffer.wrap(bytes), sequence)).isEqualTo(head);
  }

  @Property(tries = 1000)
  void randomBytesAreNoHeadOrOneWithinTheLimits(@ForAll @Size(16) byte[] bytes) {
    try {
      FrameHead head = FrameHead.decode(ByteBuffer.wrap(bytes), 0);
      assertThat(head.dataBytes()).isBetween(0, Protocol.FRAME_BYTES_MAX);
      assertThat(head.ranges()).isBetween(1, Protocol.FRAME_RANGES_MAX);
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Property(tries = 500)
  void randomBytesAreNoGreetingOrAShortOne(
      @ForAll @Size(8) byte[] prefix, @ForAll @Size(max = 256) byte[] rest) {
    try {
      assertThat(DataHello.restBytes(prefix)).isBetween(0, DataHello.REST_BYTES_MAX);
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
    try {
      DataHello.decode(rest);
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Test
  void aGreetingSurvivesTheWireAndDoesNotShowItsToken() throws Exception {
    DataHello hello = new DataHello(MigrationId.random(), "5ec2e7", SetLabel.FINAL, -3);
    byte[] bytes = hello.encode();
    byte[] prefix = Arrays.copyOf(bytes, DataHello.PREFIX_BYTES);
    assertThat(DataHello.restBytes(prefix)).isEqualTo(bytes.length - DataHello.PREFIX_BYTES);
    byte[] rest = Arrays.copyOfRange(bytes, DataHello.PREFIX_BYTES, bytes.length);
    assertThat(DataHello.decode(rest)).isEqualTo(hello);
    assertThat(hello.toString()).doesNotContain("5ec2e7");
  }

  @Test
  void aFrameOutOfOrderOrTooLargeOrOfUnknownTypeIsRefused() {
    FrameHead good = new FrameHead(FrameHead.CHUNKS, 0, 1, 4, 10);
    refused(good, 5, "came instead of");
    refused(new FrameHead(9, 0, 1, 4, 10), 4, "unknown type");
    refused(new FrameHead(FrameHead.CHUNKS, 0, 1, 4, (1 << 20) + 1), 4, "more than");
    refused(new FrameHead(FrameHead.CHUNKS, 0, 1, 4, -1), 4, "more than");
    refused(new FrameHead(FrameHead.CHUNKS, 0, 1, 4, 0), 4, "of type");
    refused(new FrameHead(FrameHead.WITHDRAWN, 0, 1, 4, 8), 4, "of type");
  }

  private static void refused(FrameHead head, int expected, String why) {
    byte[] bytes = head.encode(new int[2 * head.ranges()]);
    assertThatThrownBy(() -> FrameHead.decode(ByteBuffer.wrap(bytes), expected))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aRefusalKeepsItsWordsAndNoControlCharacters() {
    Failure failure =
        Failure.of(FailureCode.DIGEST_MISMATCH, "bad\u001b[31m\npage", "look\nat the disk");
    byte[] bytes = DataVerdict.refused(failure);
    byte[] text = Arrays.copyOfRange(bytes, DataVerdict.PREFIX_BYTES, bytes.length);
    Failure told = DataVerdict.decode(text);
    assertThat(told.code()).isEqualTo(FailureCode.DIGEST_MISMATCH);
    assertThat(told.message()).contains("page").doesNotContain("\u001b");
    assertThat(told.remedy()).isEqualTo("look at the disk");
    assertThat(DataVerdict.decode("what".getBytes(StandardCharsets.UTF_8)).message())
        .contains("what");
  }

  @Test
  void anUnknownCodeOfThePeerIsAProtocolFailure() {
    assertThat(Messages.failure("NEW_IN_VERSION_9", "x", "").code())
        .isEqualTo(FailureCode.PROTOCOL);
  }

  @Property(tries = 100)
  void bitsThatAreSetAreRead(@ForAll @IntRange(min = 1, max = 4096) int bits, @ForAll long seed) {
    byte[] bitmap = Bitmap.of(bits);
    java.util.Random random = new java.util.Random(seed);
    boolean[] expected = new boolean[bits];
    for (int i = 0; i < bits; i++) {
      if (random.nextBoolean()) {
        expected[i] = true;
        Bitmap.set(bitmap, i);
      }
    }
    for (int i = 0; i < bits; i++) {
      assertThat(Bitmap.get(bitmap, i)).isEqualTo(expected[i]);
    }
  }
}
