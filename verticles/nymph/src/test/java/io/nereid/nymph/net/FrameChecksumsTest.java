package io.nereid.nymph.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrameChecksumsTest {
  private static final int TCP = 6;

  /** An IPv4 frame whose checksum field holds the sum of the pseudo header only. */
  private static byte[] unfinished(byte[] payload) {
    int segment = 20 + payload.length;
    ByteBuffer f = ByteBuffer.allocate(14 + 20 + segment);
    f.position(12).putShort((short) 0x0800);
    f.put((byte) 0x45).put((byte) 0).putShort((short) (20 + segment));
    f.putInt(0).put((byte) 64).put((byte) TCP).putShort((short) 0);
    f.putInt(0x0a4d0001).putInt(0x0a4d0005);
    f.putShort((short) 40000).putShort((short) 6379).putInt(7).putInt(9);
    f.put((byte) 0x50).put((byte) 0x18).putShort((short) 500);
    int pseudo = 0x0a4d + 0x0001 + 0x0a4d + 0x0005 + TCP + segment;
    f.putShort((short) ((pseudo & 0xffff) + (pseudo >> 16))).putShort((short) 0);
    f.put(payload);
    return f.array();
  }

  private static int verify(byte[] frame) {
    ByteBuffer f = ByteBuffer.wrap(frame);
    int segment = frame.length - 34;
    long sum = 0x0a4d + 0x0001 + 0x0a4d + 0x0005 + TCP + segment;
    for (int i = 0; i < segment; i++) {
      int b = f.get(34 + i) & 0xff;
      sum += i % 2 == 0 ? b << 8 : b;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) sum;
  }

  @Property(tries = 300)
  void anUnfinishedChecksumBecomesOneThatVerifies(@ForAll @Size(max = 200) byte[] payload) {
    byte[] frame = unfinished(payload);
    FrameChecksums.finish(frame);
    assertThat(verify(frame)).isEqualTo(0xffff);
  }

  @Test
  void aWrongChecksumStaysWrong() {
    byte[] frame = unfinished(new byte[] {1, 2, 3});
    frame[34 + 16] ^= 0x55;
    byte[] before = frame.clone();
    FrameChecksums.finish(frame);
    assertThat(frame).isEqualTo(before);
  }

  @Property(tries = 300)
  void noFrameHoweverBrokenIsMoreThanLeftAlone(@ForAll @Size(max = 80) byte[] frame) {
    int length = frame.length;
    FrameChecksums.finish(frame);
    assertThat(frame).hasSize(length);
  }
}
