package io.nereid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class ReadingTest {
  private static final int SOON_S = 20;
  private final AtomicReference<Optional<String>> leader =
      new AtomicReference<>(Optional.of("first"));
  private final List<Promise<String>> asked = new ArrayList<>();
  private final CountDownLatch twice = new CountDownLatch(2);

  private Future<String> read(Vertx vertx) {
    return new Reading<>(vertx, this::ask, leader::get).start();
  }

  private synchronized Future<String> ask() {
    Promise<String> promise = Promise.promise();
    asked.add(promise);
    twice.countDown();
    return promise.future();
  }

  private synchronized Promise<String> question(int number) {
    return asked.get(number);
  }

  private synchronized int questions() {
    return asked.size();
  }

  @Test
  void aQuestionToALeaderThatIsGoneIsAskedAgain(Vertx vertx) throws Exception {
    Future<String> answer = read(vertx);
    leader.set(Optional.of("second"));
    assertThat(twice.await(SOON_S, TimeUnit.SECONDS)).isTrue();
    question(1).complete("from the second");
    assertThat(answer.await(SOON_S, TimeUnit.SECONDS)).isEqualTo("from the second");
  }

  @Test
  void theFailureOfTheFirstDoesNotEndWhatTheSecondWasAsked(Vertx vertx) throws Exception {
    Future<String> answer = read(vertx);
    leader.set(Optional.of("second"));
    assertThat(twice.await(SOON_S, TimeUnit.SECONDS)).isTrue();
    question(0).fail("it ran into its limit");
    assertThat(answer.isComplete()).isFalse();
    question(1).complete("from the second");
    assertThat(answer.await(SOON_S, TimeUnit.SECONDS)).isEqualTo("from the second");
  }

  @Test
  void aLateAnswerOfTheFirstIsAsGoodAsAny(Vertx vertx) throws Exception {
    Future<String> answer = read(vertx);
    leader.set(Optional.of("second"));
    assertThat(twice.await(SOON_S, TimeUnit.SECONDS)).isTrue();
    question(0).complete("from the first");
    assertThat(answer.await(SOON_S, TimeUnit.SECONDS)).isEqualTo("from the first");
  }

  @Test
  void whatFailsWhileTheSameHostLeadsIsToldAsItIs(Vertx vertx) {
    Future<String> answer = read(vertx);
    question(0).fail("no such container");
    assertThatThrownBy(() -> answer.await(SOON_S, TimeUnit.SECONDS))
        .hasMessageContaining("no such container");
    assertThat(questions()).isEqualTo(1);
  }

  @Test
  void nobodyLeadingIsNoReasonToAskAgain(Vertx vertx) throws Exception {
    Future<String> answer = read(vertx);
    leader.set(Optional.empty());
    CountDownLatch later = new CountDownLatch(1);
    vertx.setTimer(1_000, t -> later.countDown());
    assertThat(later.await(SOON_S, TimeUnit.SECONDS)).isTrue();
    assertThat(questions()).isEqualTo(1);
    question(0).complete("it leads again");
    assertThat(answer.await(SOON_S, TimeUnit.SECONDS)).isEqualTo("it leads again");
  }
}
