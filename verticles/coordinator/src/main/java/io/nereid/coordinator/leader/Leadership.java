package io.nereid.coordinator.leader;

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
  private int raises;
  private String obstacle = "";

  public Leadership(NodeId self, LeaderPorts ports) {
    this.self = self;
    this.ports = ports;
  }

  /** Begins to look; returns at once. */
  public void start() {
    unwatch =
        ports
            .membership()
            .watch((node, present) -> notices.add(new Notice.NodeChanged(node, present)));
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
            look();
            if (reign != null) {
              reign.nodeChanged(n.node(), n.present());
            }
          }
          case Notice.StaleTerm s -> staleTerm(s.term());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      unwatch.run();
      end("the daemon stops");
      closed.complete(null);
    }
  }

  /**
   * Begins or ends a leadership as the membership asks for; false when it has to be tried again.
   */
  private boolean look() {
    boolean should = ports.membership().leader().filter(self::equals).isPresent();
    if (!should) {
      end("an older member leads");
      return true;
    }
    try {
      if (reign != null && !ports.terms().current().equals(reign.term())) {
        end("another term has begun");
      }
      if (reign == null) {
        begin();
      }
      return true;
    } catch (FailureException e) {
      if (!e.getMessage().equals(obstacle)) {
        LOG.warn("cannot lead yet: {}", e.getMessage());
      }
      obstacle = e.getMessage();
      end("it could not be begun");
      return false;
    }
  }

  private void begin() {
    long floor = ports.clock().instant().getEpochSecond() + (1L << raises) - 1;
    Term term = ports.terms().begin(floor);
    reign = new Reign(term, ports, () -> notices.add(new Notice.StaleTerm(term)));
    reign.begin();
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
      }
    }
  }
}
