package io.nereid.nymph.criu;

import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.process.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A dump of which all is done but CRIU's own work. It touches nothing of the container before it is
 * fired. Ends by {@link #fire} or {@link #giveUp}; ends by itself, without a dump, when this
 * process dies. Blocks.
 */
public final class ArmedDump {
  private static final Duration HELD_LIMIT = Duration.ofSeconds(5);

  /** Armed for longer than this it is given up, because its own deadline comes near. */
  static final Duration KEEPS = Duration.ofMinutes(10);

  /** What is done when the container is frozen, for processes by their ids inside. */
  interface Preparation {
    void prepare(Collection<Integer> idsInside) throws IOException;
  }

  private final Gate gate;
  private final Path settingsOffTheNetwork;
  private final CompletableFuture<Outcome> end;
  private final Preparation preparation;
  private final Function<Outcome, Optional<String>> verdict;
  private final long since = System.nanoTime();

  private ArmedDump(
      Gate gate,
      Path settingsOffTheNetwork,
      CompletableFuture<Outcome> end,
      Preparation preparation,
      Function<Outcome, Optional<String>> verdict) {
    this.gate = gate;
    this.settingsOffTheNetwork = settingsOffTheNetwork;
    this.end = end;
    this.preparation = preparation;
    this.verdict = verdict;
  }

  /**
   * Begins a run that passes the gate, and waits until it is held there.
   *
   * @param settingsOffTheNetwork of CRIU, for a container that nothing can reach
   * @param verdict why it has not dumped, if so
   */
  static ArmedDump begin(
      Gate gate,
      Path settingsOffTheNetwork,
      Supplier<Outcome> run,
      Preparation preparation,
      Function<Outcome, Optional<String>> verdict,
      DirectoryWatch watch) {
    CompletableFuture<Outcome> end = new CompletableFuture<>();
    end.whenComplete((outcome, failed) -> gate.close());
    Thread.ofVirtual()
        .name("armed-dump")
        .start(() -> {
          try {
            end.complete(run.get());
          } catch (RuntimeException | Error e) {
            end.completeExceptionally(e);
          }
        });
    gate.awaitHeld(watch, end::isDone, HELD_LIMIT);
    gate.quieten();
    return new ArmedDump(gate, settingsOffTheNetwork, end, preparation, verdict);
  }

  /** Whether it can be fired. */
  public boolean isReady() {
    return gate.holds() && !end.isDone() && System.nanoTime() - since < KEEPS.toNanos();
  }

  /**
   * Lets CRIU dump; returns when it has.
   *
   * @param idsInside of all processes of the container, which are frozen
   * @param shortcuts to be taken
   * @return why it could not, if so: then nothing has changed
   */
  public Optional<String> fire(Collection<Integer> idsInside, Set<Shortcut> shortcuts) {
    try {
      preparation.prepare(idsInside);
    } catch (IOException e) {
      giveUp();
      return Optional.of("it cannot be prepared: " + e.getMessage());
    }
    boolean plain = shortcuts.contains(Shortcut.COMPRESSION);
    if (shortcuts.contains(Shortcut.NETWORK_LOCK)) {
      gate.openWith(settingsOffTheNetwork, plain);
    } else {
      gate.open(plain);
    }
    return verdict.apply(end.join());
  }

  /** Ends it; returns when nothing of it is left. */
  public void giveUp() {
    gate.close();
    end.exceptionally(e -> null).join();
  }
}
