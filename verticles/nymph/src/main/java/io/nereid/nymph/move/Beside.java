package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Work on a virtual thread beside the caller's own, for what a frozen container waits for. */
final class Beside {
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Beside() {}

  static Beside start(Runnable work) {
    Beside beside = new Beside();
    Thread.ofVirtual()
        .name("step-beside")
        .start(() -> {
          try {
            work.run();
            beside.end.complete(null);
          } catch (RuntimeException | Error e) {
            beside.end.completeExceptionally(e);
          }
        });
    return beside;
  }

  /** Waits for its end; throws what it threw. */
  void join() {
    try {
      end.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FailureException f) {
        throw f;
      }
      throw new FailureException(
          Failure.of(FailureCode.INTERNAL, String.valueOf(e.getCause()), ""), e.getCause());
    }
  }
}
