package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.port.Loan;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks other hosts to lend what they have. Blocks, but not for long. */
final class Lenders {
  private static final Logger LOG = LoggerFactory.getLogger(Lenders.class);

  /** More are not asked: they would only share the same link to this host. */
  private static final int HOSTS_MAX = 8;

  private static final long WAIT_MS = 2_000;
  private final NodeId self;
  private final BiFunction<NodeId, SnapshotRequest, SnapshotReply> question;

  Lenders(NodeId self, BiFunction<NodeId, SnapshotRequest, SnapshotReply> question) {
    this.self = self;
    this.question = question;
  }

  /** All at once; who does not answer or has nothing is left out. The order stays. */
  List<Loan> ask(List<NodeId> hosts, List<SnapshotId> snapshots, List<String> layers) {
    List<Callable<Optional<Loan>>> questions =
        hosts.stream()
            .filter(h -> !h.equals(self))
            .distinct()
            .limit(HOSTS_MAX)
            .<Callable<Optional<Loan>>>map(h -> () -> ask(h, snapshots, layers))
            .toList();
    List<Loan> loans = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Optional<Loan>> answer : threads.invokeAll(questions)) {
        answer.get().ifPresent(loans::add);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return loans;
  }

  private Optional<Loan> ask(NodeId host, List<SnapshotId> snapshots, List<String> layers) {
    try {
      SnapshotReply reply =
          question.apply(
              host,
              new SnapshotRequest(
                  MigrationId.random(),
                  true,
                  Optional.empty(),
                  new SnapshotCommand.Lend(snapshots, layers),
                  WAIT_MS));
      if (reply instanceof SnapshotReply.Done done
          && done.result() instanceof SnapshotResult.Lent lent) {
        return Optional.of(lent.loan());
      }
      LOG.info("host {} lends nothing: {}", host, reply);
    } catch (FailureException e) {
      LOG.info("host {} lends nothing: {}", host, e.getMessage());
    }
    return Optional.empty();
  }
}
