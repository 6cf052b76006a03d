package io.nereid.nymph.criu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.nereid.nymph.criu.rpc.wire.Opts;
import io.nereid.nymph.criu.rpc.wire.Req;
import io.nereid.nymph.criu.rpc.wire.ReqType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeldRequestTest {
  private static final int ROOT = 12;

  private static byte[] request(ReqType type, int level) {
    UnknownFieldSet.Field path =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFromUtf8("/run/root"))
            .build();
    return Req.newBuilder()
        .setType(type)
        .setOpts(
            Opts.newBuilder()
                .setImagesDirFd(7)
                .setLogLevel(level)
                .setLogFile("dump.log")
                .setUnknownFields(UnknownFieldSet.newBuilder().addField(ROOT, path).build()))
        .build()
        .toByteArray();
  }

  @Test
  void aDumpKeepsEverythingButItsLevel() throws InvalidProtocolBufferException {
    Req quiet = Req.parseFrom(HeldRequest.quieter(request(ReqType.DUMP, 4)).orElseThrow());
    assertThat(quiet).isEqualTo(Req.parseFrom(request(ReqType.DUMP, 2)));
    assertThat(quiet.getOpts().getUnknownFields().hasField(ROOT)).isTrue();
  }

  @Test
  void aRestoreIsChangedLikeADump() {
    assertThat(HeldRequest.quieter(request(ReqType.RESTORE, 4))).isPresent();
  }

  @Test
  void nothingElseIsChanged() {
    assertThat(HeldRequest.quieter(request(ReqType.FEATURE_CHECK, 4))).isEmpty();
    assertThat(HeldRequest.quieter(request(ReqType.DUMP, 2))).isEmpty();
    assertThat(HeldRequest.quieter("what".getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(HeldRequest.quieter(new byte[0])).isEmpty();
  }

  @Test
  void aProcessThatIsNotThereIsLeftAlone() {
    HeldRequest.quieten(Integer.MAX_VALUE);
    HeldRequest.quieten((int) ProcessHandle.current().pid());
  }
}
