package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.Finding;
import io.nereid.domain.preflight.Judgement;
import io.nereid.domain.preflight.Rates;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.CoordinatorMessages.PreflightReport;
import io.nereid.protocol.message.CoordinatorMessages.PreflightRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says for each host whether a container could move there. Changes nothing. Blocks. */
public final class PreflightHandler {
  private static final Logger LOG = LoggerFactory.getLogger(PreflightHandler.class);

  /** The first answer of a daemon takes seconds: it has to examine its host. */
  private static final long ANSWER_MS = 10_000;

  /** A person waits for the migration to be accepted; who is slower is not chosen. */
  private static final long CHOICE_MS = 2_000;

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final MigrationBoard board;
  private final Nymphs nymphs;

  public PreflightHandler(
      OwnershipLedger ledger, Directory directory, MigrationBoard board, Nymphs nymphs) {
    this.ledger = ledger;
    this.directory = directory;
    this.board = board;
    this.nymphs = nymphs;
  }

  /** Throws what a migration would throw before it is accepted: NOT_FOUND, WRONG_STATE and such. */
  public PreflightReport report(PreflightRequest request) {
    Ownership base = Refs.find(request.ref(), ledger.all());
    MigrateHandler.checkState(directory.locationOf(base), base);
    List<NodeView> nodes = directory.nodes();
    Optional<NodeId> wanted =
        request.target().map(t -> Hosts.check(new NodeId(t), base.owner(), nodes));
    ContainerFacts container = nymphs.sourceFacts(base.owner(), base.id(), ANSWER_MS);
    List<NodeView> candidates =
        nodes.stream()
            .filter(n -> !n.node().id().equals(base.owner()))
            .filter(n -> wanted.isEmpty() || n.node().id().equals(wanted.get()))
            .toList();
    Rates rates = History.rates(board, base.id());
    MigrationOptions options = request.options();
    return new PreflightReport(
        base.id(),
        base.name(),
        base.owner(),
        container.memoryBytes(),
        container.filesBytes(),
        all(candidates, node -> assess(node, base, container, options, rates, ANSWER_MS)));
  }

  /**
   * The host that fits best: without risk rather than with, then with the most memory. Empty when
   * there is nothing to choose from, or when those that answered in time cannot take it.
   */
  Optional<NodeId> best(Ownership base, MigrationOptions options) {
    List<NodeView> candidates =
        directory.nodes().stream()
            .filter(n -> n.present() && !n.node().id().equals(base.owner()))
            .filter(n -> n.node().capabilities().problems().isEmpty())
            .toList();
    if (candidates.size() < 2) {
      return Optional.empty();
    }
    try {
      ContainerFacts container = nymphs.sourceFacts(base.owner(), base.id(), CHOICE_MS);
      Rates rates = Rates.USUAL;
      List<Assessment> found =
          all(candidates, n -> assess(n, base, container, options, rates, CHOICE_MS));
      return java.util.stream.IntStream.range(0, candidates.size())
          .filter(i -> found.get(i).allows(options.force()))
          .boxed()
          .min(
              Comparator.comparing((Integer i) -> found.get(i).verdict())
                  .thenComparing(i -> -candidates.get(i).node().memoryAvailableBytes())
                  .thenComparing(i -> candidates.get(i).node().id()))
          .map(i -> candidates.get(i).node().id());
    } catch (FailureException e) {
      LOG.info("the host for '{}' is chosen without preflight: {}", base.name(), e.getMessage());
      return Optional.empty();
    }
  }

  private interface Judge {
    Assessment of(NodeView node);
  }

  private static List<Assessment> all(List<NodeView> nodes, Judge judge) {
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("preflight-", 0).factory())) {
      List<CompletableFuture<Assessment>> pending = new ArrayList<>();
      for (NodeView node : nodes) {
        pending.add(CompletableFuture.supplyAsync(() -> judge.of(node), threads));
      }
      return pending.stream().map(CompletableFuture::join).toList();
    }
  }

  private Assessment assess(
      NodeView node,
      Ownership base,
      ContainerFacts container,
      MigrationOptions options,
      Rates rates,
      long waitMs) {
    NodeId host = node.node().id();
    try {
      TargetFacts there = nymphs.targetFacts(host, container, waitMs);
      Assessment found = Judgement.assess(container, there, options, rates);
      return busy(base, host)
          .map(finding -> {
            List<Finding> more = new ArrayList<>(found.findings());
            more.add(finding);
            return Assessment.of(host, more, found.prediction());
          })
          .orElse(found);
    } catch (FailureException e) {
      Failure why = e.failure();
      Finding away =
          Finding.reject(
              "host", "host " + host + " gives no answer: " + why.message(), why.remedy());
      return Assessment.of(host, List.of(away), Optional.empty());
    }
  }

  private Optional<Finding> busy(Ownership base, NodeId target) {
    return board
        .inTheWay(base.id(), base.owner(), target)
        .map(r ->
            Finding.reject(
                "busy",
                "migration " + r.migration().id() + " of it is not over yet",
                "wait for its end"));
  }
}
