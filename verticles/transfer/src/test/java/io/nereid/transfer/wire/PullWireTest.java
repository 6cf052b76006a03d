package io.nereid.transfer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.FileTables;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PullWireTest {
  @Property(tries = 300)
  void aRequestSurvivesTheWire(
      @ForAll @IntRange(max = 65535) int tree, @ForAll @Size(min = 1, max = 1024) int[] firsts)
      throws Exception {
    int[] ranges = new int[2 * firsts.length];
    for (int i = 0; i < firsts.length; i++) {
      ranges[2 * i] = firsts[i];
      ranges[2 * i + 1] = i;
    }
    PullRequest request = new PullRequest(PullRequest.CHUNKS, tree, ranges);
    byte[] bytes = request.encode();
    byte[] head = Arrays.copyOf(bytes, PullRequest.HEAD_BYTES);
    assertThat(PullRequest.rangesBytes(head)).isEqualTo(bytes.length - PullRequest.HEAD_BYTES);
    byte[] rest = Arrays.copyOfRange(bytes, PullRequest.HEAD_BYTES, bytes.length);
    assertThat(PullRequest.decode(head, rest)).isEqualTo(request).hasSameHashCodeAs(request);
  }

  @Property(tries = 1000)
  void randomBytesAreNoRequestOrOneWithinTheLimits(@ForAll @Size(8) byte[] head) {
    try {
      assertThat(PullRequest.rangesBytes(head))
          .isBetween(FrameHead.RANGE_BYTES, Protocol.FRAME_RANGES_MAX * FrameHead.RANGE_BYTES);
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Property(tries = 1000)
  void whateverIsAskedForIsWithinTheTreeAndAFrameOrRefused(
      @ForAll @Size(min = 2, max = 8) int[] some) throws Exception {
    FileTable files = FileTables.pagesAndFile(3_000_000, 100_000);
    int[] ranges = Arrays.copyOf(some, some.length & ~1);
    try {
      int bytes = new PullRequest(PullRequest.CHUNKS, 0, ranges).chunkBytes(files);
      assertThat(bytes).isBetween(1, Protocol.FRAME_BYTES_MAX);
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Property(tries = 500)
  void randomBytesAreNoAnswerOrTheExpectedOne(
      @ForAll @Size(8) byte[] head, @ForAll @IntRange(max = 1 << 20) int expected) {
    try {
      PullReply reply = PullReply.decode(head, expected);
      assertThat(reply.bytes()).isBetween(0, Math.max(expected, 2048));
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Property(tries = 500)
  void randomBytesAreNoGreetingOrAShortOne(@ForAll @Size(8) byte[] prefix) {
    try {
      assertThat(PullHello.tokenBytes(prefix)).isBetween(1, PullHello.TOKEN_BYTES_MAX);
    } catch (FrameException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Test
  void anAnswerSurvivesTheWireOnlyWithTheLengthThatWasAskedFor() throws Exception {
    PullReply reply = new PullReply(PullReply.CONTENT, 4096);
    assertThat(PullReply.decode(reply.encode(), 4096)).isEqualTo(reply);
    assertThatThrownBy(() -> PullReply.decode(reply.encode(), 4095))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("4096");
  }

  @Test
  void aGreetingSurvivesTheWireAndDoesNotShowItsToken() throws Exception {
    PullHello hello = new PullHello("5ec2e7");
    byte[] bytes = hello.encode();
    byte[] prefix = Arrays.copyOf(bytes, PullHello.PREFIX_BYTES);
    assertThat(PullHello.tokenBytes(prefix)).isEqualTo(6);
    byte[] rest = Arrays.copyOfRange(bytes, PullHello.PREFIX_BYTES, bytes.length);
    assertThat(PullHello.decode(rest)).isEqualTo(hello);
    assertThat(hello.toString()).doesNotContain("5ec2e7");
  }
}
