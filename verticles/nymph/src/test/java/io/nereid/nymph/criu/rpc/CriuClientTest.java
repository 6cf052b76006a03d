package io.nereid.nymph.criu.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.criu.rpc.wire.Features;
import io.nereid.nymph.criu.rpc.wire.Req;
import io.nereid.nymph.criu.rpc.wire.ReqType;
import io.nereid.nymph.criu.rpc.wire.Resp;
import io.nereid.nymph.criu.rpc.wire.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuClientTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  @TempDir Path directory;

  private static Resp.Builder yes(ReqType type) {
    return Resp.newBuilder().setType(type).setSuccess(true);
  }

  private static Resp version(int major, int minor) {
    return yes(ReqType.VERSION)
        .setVersion(Version.newBuilder().setMajorNumber(major).setMinorNumber(minor).setSublevel(1))
        .build();
  }

  private static Function<Req, List<byte[]>> say(Resp... replies) {
    return request -> Arrays.stream(replies).map(Resp::toByteArray).toList();
  }

  private Failure failure(Function<Req, List<byte[]>> answers, Consumer<CriuClient> call)
      throws InterruptedException {
    try (var server = new FakeCriu(directory.resolve("s"), answers)) {
      return failure(LIMIT, call);
    }
  }

  private Failure failure(Duration limit, Consumer<CriuClient> call) {
    var client = new CriuClient(directory.resolve("s"), limit);
    return catchThrowableOfType(FailureException.class, () -> call.accept(client)).failure();
  }

  @Test
  void theVersionIsAskedForAndRead() throws InterruptedException {
    try (var server = new FakeCriu(directory.resolve("s"), say(version(4, 1)))) {
      assertThat(new CriuClient(directory.resolve("s"), LIMIT).version()).hasToString("4.1.1");
      assertThat(server.requests()).extracting(Req::getType).containsExactly(ReqType.VERSION);
    }
  }

  @Test
  void onlyFeaturesThatWorkAreNamed() throws InterruptedException {
    Resp reply =
        yes(ReqType.FEATURE_CHECK)
            .setFeatures(Features.newBuilder().setMemTrack(false).setLazyPages(true))
            .build();
    try (var server = new FakeCriu(directory.resolve("s"), say(reply))) {
      assertThat(new CriuClient(directory.resolve("s"), LIMIT).features().names())
          .containsExactly("lazy_pages");
      Features asked = server.requests().getFirst().getFeatures();
      assertThat(asked.getMemTrack() && asked.getLazyPages() && asked.getPidfdStore()).isTrue();
    }
  }

  @Test
  void aFailedCheckIsToldInCriusOwnWordsOnOneLine() throws InterruptedException {
    Resp reply =
        Resp.newBuilder()
            .setType(ReqType.CHECK)
            .setSuccess(false)
            .setCrErrno(38)
            .setCrErrmsg("Kernel lacks\n\u001b[31mthings")
            .build();
    Failure failure = failure(say(reply), client -> client.check(directory));
    assertThat(failure.code()).isEqualTo(FailureCode.CRIU_FAILED);
    assertThat(failure.message()).endsWith("CHECK: Kernel lacks [31mthings");
    assertThat(failure.evidence()).containsExactly("errno 38");
  }

  @Test
  void aComplaintAboutTheRequestItselfIsAFailureOfCriu() throws InterruptedException {
    Resp reply = Resp.newBuilder().setType(ReqType.EMPTY).setSuccess(false).build();
    Failure failure = failure(say(reply), CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.CRIU_FAILED);
    assertThat(failure.message()).contains("no reason given");
  }

  @Test
  void anAnswerLongerThanAllowedIsRefused() throws InterruptedException {
    Failure failure =
        failure(request -> List.of(new byte[CriuClient.REPLY_BYTES_MAX + 1]), CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.PROTOCOL);
    assertThat(failure.message()).contains("65537").contains("65536");
  }

  @Test
  void aTruncatedAnswerIsRefused() throws InterruptedException {
    byte[] whole = version(4, 1).toByteArray();
    Failure failure =
        failure(request -> List.of(Arrays.copyOf(whole, whole.length - 1)), CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.PROTOCOL);
    assertThat(failure.message()).contains("cut off");
  }

  @Test
  void anAnswerToAnotherQuestionIsRefused() throws InterruptedException {
    Failure failure = failure(say(version(4, 1)), CriuClient::features);
    assertThat(failure.code()).isEqualTo(FailureCode.PROTOCOL);
    assertThat(failure.message()).contains("FEATURE_CHECK").contains("VERSION");
  }

  @Test
  void anAnswerWithoutItsContentIsRefused() throws InterruptedException {
    Failure failure = failure(say(yes(ReqType.VERSION).build()), CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.PROTOCOL);
  }

  @Test
  void aVersionThatMakesNoSenseIsRefused() throws InterruptedException {
    Failure failure = failure(say(version(-4, 1)), CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.PROTOCOL);
    assertThat(failure.message()).contains("-4");
  }

  @Test
  void aSecondAnswerIsRefused() throws InterruptedException {
    Failure failure = failure(say(version(4, 1), version(4, 2)), CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.PROTOCOL);
    assertThat(failure.message()).contains("more than once");
  }

  @Test
  void whatComesUnaskedIsNotTakenForAnAnswer() throws InterruptedException {
    byte[] forged = yes(ReqType.FEATURE_CHECK).build().toByteArray();
    try (var server = new FakeCriu(directory.resolve("s"), List.of(forged), say(version(4, 1)))) {
      assertThat(failure(LIMIT, CriuClient::version).code()).isEqualTo(FailureCode.PROTOCOL);
    }
  }

  @Test
  void anEndWithoutAnswerIsALostConnection() throws InterruptedException {
    Failure failure = failure(request -> List.of(), CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.CONNECTION_LOST);
  }

  @Test
  void silenceEndsAtTheDeadline() throws InterruptedException {
    try (var server = new FakeCriu(directory.resolve("s"), request -> FakeCriu.SILENCE)) {
      Failure failure = failure(Duration.ofMillis(100), CriuClient::version);
      assertThat(failure.code()).isEqualTo(FailureCode.TIMEOUT);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aMissingServiceIsUnreachable() {
    Failure failure = failure(LIMIT, CriuClient::version);
    assertThat(failure.code()).isEqualTo(FailureCode.UNREACHABLE);
    assertThat(failure.message()).contains("no such file");
  }

  @Test
  void aPathThatAUnixSocketCannotHaveIsRefusedBeforeAnythingIsMade() {
    Path tooLong = directory.resolve("x".repeat(SeqPacketSocket.PATH_BYTES_MAX));
    var client = new CriuClient(tooLong, LIMIT);
    Failure failure = catchThrowableOfType(FailureException.class, client::version).failure();
    assertThat(failure.code()).isEqualTo(FailureCode.BAD_REQUEST);
    assertThat(Files.exists(tooLong)).isFalse();
  }
}
