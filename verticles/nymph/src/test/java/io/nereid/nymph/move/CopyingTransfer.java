package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.Loan;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferPort;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Moves trees by copying directories; the peer is found by the ticket's token. */
final class CopyingTransfer implements TransferPort {
  private static final Map<String, CopyingTransfer> PEERS = new ConcurrentHashMap<>();
  private final Path root;
  private final Path layers;

  /** Of the last session: how its images were when nobody needed them any more. */
  volatile List<String> lastImages = List.of();

  private final Map<MigrationId, ReceiveRequest> requests = new ConcurrentHashMap<>();
  final Map<ContainerId, Path> retained = new ConcurrentHashMap<>();

  /** What was sent, in order. */
  final List<SendRequest> sends = new java.util.concurrent.CopyOnWriteArrayList<>();

  /** Called before each copy. */
  volatile Consumer<SendRequest> beforeSend = r -> {};

  /** Called after each set has arrived. */
  volatile Consumer<SendRequest> afterSend = r -> {};

  /** What each send is said to have taken. */
  volatile SendReport report = new SendReport(1, 1, 0, 1);

  private final Map<MigrationId, Integer> rounds = new ConcurrentHashMap<>();

  CopyingTransfer(Path root, Path layers) {
    this.root = root;
    this.layers = layers;
  }

  private static void run(String... argv) {
    Outcome outcome =
        SystemProcessRunner.ofThisHost().run(Command.of(Duration.ofSeconds(60), argv));
    if (!outcome.ok()) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  private Path session(MigrationId migration) {
    return root.resolve("sessions").resolve(migration.value());
  }

  @Override
  public TransferTicket open(ReceiveRequest request) {
    PEERS.put(request.migration().value(), this);
    requests.put(request.migration(), request);
    return new TransferTicket("here", 1, 2, request.migration().value());
  }

  @Override
  public SendReport send(SendRequest request, Consumer<Progress> progress) {
    CopyingTransfer peer = PEERS.get(request.ticket().token());
    String name = request.label().name();
    if (request.label() == SetLabel.ROUND) {
      name += peer.rounds.merge(request.migration(), 1, Integer::sum);
    }
    Path to = peer.session(request.migration()).resolve(name);
    sends.add(request);
    beforeSend.accept(request);
    try {
      for (Tree tree : request.trees()) {
        Path target = to.resolve(tree.kind().name());
        Files.createDirectories(target);
        run("cp", "-a", tree.root() + "/.", target.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    peer.requests.get(request.migration()).whole().accept(request.label());
    afterSend.accept(request);
    return report;
  }

  @Override
  public void cancel(MigrationId migration) {
    // Copies are over before anybody can ask.
  }

  @Override
  public List<ReceivedSet> rounds(MigrationId migration) {
    return java.util.stream.IntStream.rangeClosed(1, rounds.getOrDefault(migration, 0))
        .mapToObj(n -> received(migration, "ROUND" + n))
        .toList();
  }

  @Override
  public ReceivedSet received(MigrationId migration, SetLabel label) {
    return received(migration, label.name());
  }

  private ReceivedSet received(MigrationId migration, String label) {
    Map<TreeKind, Path> roots = new EnumMap<>(TreeKind.class);
    for (TreeKind kind : TreeKind.values()) {
      Path path = session(migration).resolve(label).resolve(kind.name());
      if (Files.isDirectory(path)) {
        roots.put(kind, path);
      }
    }
    if (roots.isEmpty()) {
      throw new FailureException(Failure.of(FailureCode.PROTOCOL, "nothing has arrived", ""));
    }
    return new ReceivedSet(roots, List.of());
  }

  @Override
  public void close(MigrationId migration) {
    String[] names = session(migration).resolve("FINAL/IMAGES").toFile().list();
    lastImages = names == null ? List.of() : List.of(names);
    run("rm", "-rf", session(migration).toString());
  }

  @Override
  public void retain(ContainerId container, Path images) {
    Path kept = root.resolve("kept").resolve(container.value());
    try {
      Files.createDirectories(kept.getParent());
      run("rm", "-rf", kept.toString());
      Files.move(images, kept);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    retained.put(container, kept);
  }

  @Override
  public void forget(ContainerId container) {
    retained.remove(container);
  }

  @Override
  public Loan lend(NodeId self, List<SnapshotId> snapshots, List<String> layers) {
    throw new UnsupportedOperationException("there are no others here");
  }

  @Override
  public void help(MigrationId migration, List<Loan> loans) {
    throw new UnsupportedOperationException("there are no others here");
  }

  @Override
  public Map<NodeId, Long> helped(MigrationId migration) {
    return Map.of();
  }

  @Override
  public Snapshot fetch(Snapshot snapshot, List<Loan> loans, Consumer<Progress> progress) {
    throw new UnsupportedOperationException("there are no others here");
  }

  @Override
  public String importLayer(Path rootfs) {
    try {
      Files.createDirectories(layers);
      if (!Files.exists(layers.resolve("one"))) {
        run("cp", "-a", rootfs.toString(), layers.resolve("one").toString());
      }
      return "one";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path layer(String digest) {
    return layers.resolve(digest);
  }

  @Override
  public List<String> layers() {
    return Files.exists(layers.resolve("one")) ? List.of("one") : List.of();
  }

  @Override
  public long layerBytes(String digest) {
    return 1000;
  }
}
