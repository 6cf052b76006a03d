package io.nereid.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One question that changes nothing. It is asked again when whoever was asked leads no more: a
 * leader that was killed never answers, and its successor does at once. Never blocks; safe for any
 * thread.
 *
 * @param <R> the answer
 */
final class Reading<R> {
  private static final long LOOK_MS = 200;

  /** Leaders do not change so often while one waits. */
  private static final int ATTEMPTS_MAX = 5;

  private final Vertx vertx;
  private final Supplier<Future<R>> ask;
  private final Supplier<Optional<String>> leader;
  private final Promise<R> answer = Promise.promise();
  private Optional<String> asked = Optional.empty();
  private int attempts;

  /**
   * Prepares.
   *
   * @param ask asks whoever leads at the moment
   * @param leader which process that is
   */
  Reading(Vertx vertx, Supplier<Future<R>> ask, Supplier<Optional<String>> leader) {
    this.vertx = vertx;
    this.ask = ask;
    this.leader = leader;
  }

  /** The first answer, or the failure of the last attempt. */
  Future<R> start() {
    attempt();
    long timer = vertx.setPeriodic(LOOK_MS, t -> look());
    return answer.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  private synchronized void attempt() {
    int number = ++attempts;
    asked = leader.get();
    ask.get()
        .onSuccess(answer::tryComplete)
        .onFailure(e -> {
          if (isLast(number)) {
            answer.tryFail(e);
          }
        });
  }

  private synchronized boolean isLast(int number) {
    return number == attempts;
  }

  private synchronized void look() {
    Optional<String> now = leader.get();
    if (now.isPresent() && !now.equals(asked) && attempts < ATTEMPTS_MAX) {
      attempt();
    }
  }
}
