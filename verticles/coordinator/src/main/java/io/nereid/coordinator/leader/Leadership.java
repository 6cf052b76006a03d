package io.nereid.coordinator.leader;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads while this host's coordinator is the oldest. One virtual thread decides, so that beginnings
 * and ends never overlap; it looks once a second even when nothing was announced.
 */
public final class Leadership {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final long LOOK_MS = 1_000;
  private static final long RETRY_MS = 300;
  private static final int RAISES_MAX = 40;

  private sealed interface Notice {
    record NodeChanged(NodeId node, boolean present) implements Notice {}

    record StaleTerm(Term term) implements Notice {}

    record Close() implements Notice {}
  }

  private final NodeId self;
  private final LeaderPorts ports;
  private final LinkedBlockingQueue<Notice> notices = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private Runnable unwatch = () -> {};
  private volatile Reign reign;
  private boolean begun;
  private int raises;
  private String obstacle = "";

  public Leadership(NodeId self, LeaderPorts ports) {
    this.self = self;
    this.ports = ports;
  }

  /** Begins to look; returns at once. */
  public void start() {
    unwatch = ports.membership().watch(this::nodeChanged);
    Thread.ofVirtual().name("leadership-" + self).start(this::loop);
  }

  /** The term in which this coordinator leads, if it does. */
  public Optional<Term> leads() {
    return Optional.ofNullable(reign).map(Reign::term);
  }

  /** Ends a leadership; completes when the bus knows. */
  public CompletableFuture<Void> close() {
    notices.add(new Notice.Close());
    return closed;
  }

  private void loop() {
    try {
      while (true) {
        boolean settled = look();
        Notice notice = notices.poll(settled ? LOOK_MS : RETRY_MS, TimeUnit.MILLISECONDS);
        switch (notice) {
          case null -> {}
          case Notice.Close c -> {
            return;
          }
          case Notice.NodeChanged n -> {
            if (reign != null) {
              reign.showNode(n.node(), n.present());
            }
          }
          case Notice.StaleTerm s -> staleTerm(s.term());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      try {
        end("the daemon stops");
        unwatch.run();
      } catch (RuntimeException e) {
        LOG.info("the member has left before its coordinator: {}", e.getMessage());
      } finally {
        closed.complete(null);
      }
    }
  }

  /** Migrations learn it at once; what has to read a map waits its turn in the loop. */
  private void nodeChanged(NodeId node, boolean present) {
    Reign now = reign;
    if (now != null) {
      now.nodeChanged(node, present);
    }
    notices.add(new Notice.NodeChanged(node, present));
  }

  /**
   * Begins or ends a leadership as the membership asks for; false when it has to be tried again.
   */
  private boolean look() {
    try {
      if (ports.membership().leader().filter(self::equals).isEmpty()) {
        end("an older member leads");
        return true;
      }
      if (reign != null && !ports.terms().current().equals(reign.term())) {
        end("another term has begun");
      }
      if (reign == null) {
        begin();
      }
      obstacle = "";
      return true;
    } catch (RuntimeException e) {
      obstructed(FailureException.failureOf(e));
      return false;
    }
  }

  /** That a map is silent is no reason to end what has begun; that the majority is lost is one. */
  private void obstructed(Failure failure) {
    if (!failure.message().equals(obstacle)) {
      LOG.warn("host '{}' should lead, but {}", self, failure.message());
    }
    obstacle = failure.message();
    if (!begun || failure.certainty() == Certainty.DID_NOT_RUN) {
      end(failure.message());
    }
  }

  private void begin() {
    long floor = ports.clock().instant().getEpochSecond() + (1L << raises) - 1;
    Term term = ports.terms().begin(floor);
    reign = new Reign(term, ports, () -> notices.add(new Notice.StaleTerm(term)));
    reign.begin();
    begun = true;
    LOG.info("host '{}' leads in term {}", self, term);
  }

  /** A host remembers a higher term than the cluster does: go above it, in growing strides. */
  private void staleTerm(Term term) {
    if (reign != null && reign.term().equals(term)) {
      raises = Math.min(raises + 1, RAISES_MAX);
      end("a host has seen a higher term");
    }
  }

  private void end(String why) {
    if (reign != null) {
      LOG.info("host '{}' leads no more: {}", self, why);
      try {
        reign.end();
      } finally {
        reign = null;
        begun = false;
      }
    }
  }
}
